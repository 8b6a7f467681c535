package StandIn::GitLab::Users;

# /user and /users (lib/api/users.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Page qw(page_of);
use StandIn::GitLab::Refusal qw(forbidden invalid not_found);

our @EXPORT_OK = qw(user_by_id user_list user_self);

sub user_self ($request) {
    my $user = $request->{user};

    return [ 200, {
        %{ $request->{app}->user_entity($user) },
        email => "$user->{username}\@example.com",
        bot => $request->{app}->bool($user->{bot}),
        created_at => '2026-01-05T09:00:00.000Z',
        $user->{admin} ? (is_admin => $request->{app}->bool(1)) : (),
    } ];
}

sub user_by_id ($request) {
    my $id = $request->{path_of}{user_id};

    invalid('id is invalid') if $id !~ /\A\d+\z/;

    my $user = $request->{app}->users->{$id} // not_found('User');

    return [ 200, $request->{app}->user_entity($user) ];
}

sub user_list ($request) {
    my ($app, $query) = @{$request}{qw(app query)};
    my @users = map { $app->users->{$_} } sort { $b <=> $a } keys %{ $app->users };

    if (defined $query->{extern_uid} || defined $query->{provider}) {
        forbidden() unless $request->{user}{admin};
        invalid('extern_uid, provider are not known to the stand-in');
    }

    @users = grep { lc $_->{username} eq lc $query->{username} } @users
        if defined $query->{username};
    @users = grep { index(lc "$_->{username} $_->{name}", lc $query->{search}) >= 0 } @users
        if defined $query->{search};

    my ($page, $headers) = page_of($request, @users);

    return [ 200, [ map { $app->user_entity($_) } @$page ], $headers ];
}

1;
