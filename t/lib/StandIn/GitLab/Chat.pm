package StandIn::GitLab::Chat;

# …/integrations/slack_slash_commands/trigger and its like for Mattermost
# (lib/api/integrations.rb, app/models/integrations/base_slash_commands.rb,
# lib/gitlab/slash_commands): a command typed in a chat, carried out as the
# GitLab user whom the chat's user is linked to.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Mojo::Parameters;
use Mojo::Util qw(secure_compare);
use StandIn::GitLab::Chat::Words qw(words_access_denied words_authorize words_confirm
    words_deactivated words_help words_in_channel words_not_scheduled words_unsupported);
use StandIn::GitLab::Pipeline;
use StandIn::GitLab::Refusal qw(invalid refuse);

our @EXPORT_OK = qw(chat_confirm chat_connect chat_link chat_trigger);

use constant { LINK_SECONDS => 600, REQUEST_SECONDS => 180 };

my %SERVICE = map { $_ => 1 } qw(slack_slash_commands mattermost_slash_commands);

sub chat_trigger ($request) {
    my ($app, $params) = @{$request}{qw(app params)};
    my $name    = $request->{path_of}{service};
    my $project = $app->project;
    my $id      = $request->{path_of}{id};

    refuse(404, { error => '404 Not Found' }) unless $SERVICE{$name};
    invalid('token is missing') unless defined $params->{token};

    my $integration = $project->integrations->{$name};

    # The same for all, so that nobody learns which projects there are.

    refuse(404, { message => '404 Integration Not Found' })
        if $id ne $project->id && lc $id ne lc $project->path
        || !$integration || !($integration->{active} // 1)
        || ref $params->{token} || !length($integration->{token} // '')
        || !secure_compare($params->{token}, $integration->{token});

    my $chat_name = _chat_name($app, $params);
    my $user      = $chat_name && $app->users->{ $chat_name->{user} };

    return [ 200, words_authorize(_authorize_url($app, $params)) ] unless $user;

    if ($user->{state} ne 'active') {
        return [ 200, $user->{state} eq 'deactivated'
            ? words_deactivated($app->external_url) : words_access_denied($project) ];
    }

    if (!_verified($chat_name, $integration)) {
        return [ 200, words_confirm(_confirm_url($app, $project, $name, $params)) ];
    }

    return [ 200, _carry_out($request, $project, $user, $chat_name, $integration) ];
}

sub _chat_name ($app, $params) {
    my ($team, $user) = map { $params->{$_} // '' } qw(team_id user_id);

    return (grep { $_->{team_id} eq $team && $_->{chat_id} eq $user }
        @{ $app->chat_names })[0];
}

sub _verified ($chat_name, $integration) {
    return defined $chat_name->{token}
        && secure_compare($chat_name->{token}, $integration->{token});
}

sub _secret ($app, $length) {
    my @signs = ('a' .. 'z', 'A' .. 'Z', 0 .. 9);
    return join '', map { $signs[ rand @signs ] } 1 .. $length;
}

# Where the person says who they are in GitLab; undef when Slack did not say
# enough of them.
sub _authorize_url ($app, $params) {
    return undef if grep { !length($params->{$_} // '') } qw(team_id team_domain user_id user_name);

    my $token = _secret($app, 50);

    $app->chat_tokens->{$token} = { at => time, team_id => $params->{team_id},
        team_domain => $params->{team_domain}, chat_id => $params->{user_id},
        chat_name => $params->{user_name} };

    return $app->external_url . "/-/profile/chat_names/new?token=$token";
}

sub _confirm_url ($app, $project, $service, $params) {
    my $command = join '-', map { unpack 'H*', pack 'C*', map { rand 256 } 1 .. $_ } 4, 2, 2, 2, 6;

    $app->chat_requests->{$command} = { at => time, service => $service, %$params };

    return $project->web_url . '/-/integrations/slash_commands?' . Mojo::Parameters->new(
        command_id => $command, integration => $service,
        team => $params->{team_domain} // '', channel => $params->{channel_name} // '',
        response_url => $params->{response_url} // '');
}

sub _carry_out ($request, $project, $user, $chat_name, $integration) {
    my $params = $request->{params};
    my $text   = $params->{text} // '';

    refuse(400, { error => "the command '$text' is not known to the stand-in" })
        if $text =~ /\A(?:issue|deploy|incident)\s/;

    my ($command, $arguments) = $text =~ /\Arun\s+(\S+)(?:\s+(.+))?\z/sa;

    return words_help($project, $params->{command} // '', $text)
        if !defined $command || !$project->jobs_enabled;

    return words_access_denied($project) if $project->access($user) < 30;

    # A policy's own pipelines have no chat data: GitLab fails over that.

    refuse(500, { message => '500 Internal Server Error' })
        if @{ $project->policy_jobs };

    my $pipeline = _pipeline($project, $user, $chat_name, $params, $command, $arguments);

    return words_not_scheduled($command) unless $pipeline;

    my ($job) = grep { !$_->spec->{bridge} } @{ $pipeline->jobs };

    return words_unsupported() unless $job;
    return words_in_channel({ text => '' })
        if $params->{response_url} =~ m{\Ahttps://hooks\.slack\.com/};

    return words_in_channel({ response_type => 'ephemeral',
        text => 'Your ChatOps job [#' . $job->id . '](' . $job->web_url . ') has been created!' },
        $integration->{markdown});
}

# undef: not even kept.
sub _pipeline ($project, $user, $chat_name, $params, $command, $arguments) {
    return undef unless length($params->{response_url} // '');

    $project->move_on($project->default_branch);

    my $pipeline = eval {
        StandIn::GitLab::Pipeline->create(
            project => $project, user => $user, source => 'chat',
            ref => 'refs/heads/' . $project->default_branch,
            chat => { job => $command, response_url => $params->{response_url},
                chat_id => $chat_name->{chat_id}, variables => [
                { key => 'CHAT_INPUT', value => $arguments, raw => 0 },
                { key => 'CHAT_CHANNEL', value => $params->{channel_id}, raw => 0 },
                { key => 'CHAT_USER_ID', value => $chat_name->{chat_id}, raw => 0 } ] });
    };

    die $@ if !$pipeline && !(ref $@ && $@->isa('StandIn::GitLab::Refusal'));

    return $pipeline;
}

# What a person does in the browser: says "yes, that is me" on the page of
# _authorize_url (app/controllers/profiles/chat_names_controller.rb) …
sub chat_connect ($app, $token, $user) {
    my $known = delete $app->chat_tokens->{ $token // '' };

    refuse(404, { error => 'no such token, or too old' })
        unless $known && $known->{at} > time - LINK_SECONDS;
    chat_link($app, { %$known, user => $user });
}

# … and "yes, I did ask for that" on that of _confirm_url. Returns the request.
sub chat_confirm ($app, $command) {
    my $known = delete $app->chat_requests->{ $command // '' };

    refuse(404, { error => 'no such request, or too old' })
        unless $known && $known->{at} > time - REQUEST_SECONDS;

    my $chat_name = _chat_name($app, $known) // refuse(404, { error => 'nobody is linked' });

    $chat_name->{token} = $app->project->integrations->{ $known->{service} }{token};

    return $known;
}

# One link for a chat's user, whichever project; `verified` by an integration.
sub chat_link ($app, $link) {
    my $service = delete $link->{verified};

    invalid("chat_names: no integration $service")
        if defined $service && !$app->project->integrations->{$service};

    $link->{token} = $app->project->integrations->{$service}{token} if defined $service;
    @{ $app->chat_names } = grep {
        $_->{team_id} ne $link->{team_id} || $_->{chat_id} ne $link->{chat_id} } @{ $app->chat_names };
    push @{ $app->chat_names }, $link;
}

1;
