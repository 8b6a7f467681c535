package StandIn::GitLab;

# A GitLab for the tests and the demo: the API that ChatOps uses, on loopback,
# with a real git repository, and a runner that really runs the jobs. Where it
# is not known what the real one does, it refuses.

use Mojo::Base -base, -signatures;

use Encode qw(encode_utf8);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use Mojo::IOLoop;
use Mojo::JSON qw(decode_json encode_json false true);
use Mojo::Parameters;
use Mojo::Server::Daemon;
use POSIX qw(strftime);
use Time::HiRes qw(time);
use StandIn::GitLab::Control qw(control_answer control_set);
use StandIn::GitLab::Fault   qw(fault_match);
use StandIn::GitLab::Fixture qw(fixture_files fixture_project fixture_users);
use StandIn::GitLab::Project;
use StandIn::GitLab::Refusal qw(forbidden refuse);
use StandIn::GitLab::Routes  qw(route_find);
use StandIn::GitLab::Runner;

has [qw(dir daemon project runner)];
has port         => 0;
has external_url => 'https://gitlab.example.com';
has config       => sub { {} };
has users        => sub { {} };    # id => { id, username, name, state, admin }
has tokens       => sub { {} };    # token => { user, scopes, state }
has faults       => sub { [] };
has log          => sub { [] };
has complaints   => sub { [] };
has chat_names    => sub { [] };   # { team_id, chat_id, user, token, … }
has chat_tokens   => sub { {} };   # of those who are to be linked
has chat_requests => sub { {} };   # of those who are to confirm
has callbacks     => sub { [] };   # what was posted to response URLs
has own_dir      => 0;

use constant { MAX_LOG => 20_000, MAX_LOGGED_BODY => 65_536 };

sub start ($self) {
    if (defined $self->dir) {
        make_path($self->dir);

    } else {
        $self->dir(tempdir('standin-gitlab-XXXXXX', TMPDIR => 1));
        $self->own_dir(1);
    }

    $self->reset;
    control_set($self, $self->config);

    my $daemon = Mojo::Server::Daemon->new(
        listen => [ 'http://127.0.0.1:' . $self->port ], silent => 1,
        backlog => 1024, max_clients => 10_000, max_requests => 100_000,
        inactivity_timeout => 300, keep_alive_timeout => 65,
    );

    $daemon->unsubscribe('request')->on(request => sub ($, $tx) { $self->_request($tx) });
    $daemon->start;
    $self->port($daemon->ports->[0]);
    $self->daemon($daemon);

    return $self;
}

sub stop ($self) {
    $self->runner->stop if $self->runner;
    $self->daemon->stop if $self->daemon;
    remove_tree($self->own_dir ? $self->dir : map { $self->dir . "/$_" } qw(repositories builds));
}

sub reset ($self) {
    my $generation = ++$self->{generation};

    $self->runner->stop if $self->runner;
    remove_tree(map { $self->dir . "/$_" } qw(repositories builds));

    $self->external_url($self->{first_url} //= $self->external_url);

    my $users = fixture_users();

    $users->{$_} = { id => 0 + $_, state => 'active', %{ $users->{$_} } } for keys %$users;
    $self->users($users);
    $self->tokens({ map { ("glpat-$_->{username}" => { user => $_->{id}, state => 'active',
        scopes => [ 'api', $_->{admin} ? 'sudo' : () ] }) } values %$users });
    $self->faults([])->log([])->complaints([])->callbacks([]);
    $self->chat_names([])->chat_tokens({})->chat_requests({});
    $self->{ids} = {};

    make_path($self->dir . '/repositories', $self->dir . '/builds');
    $self->runner(StandIn::GitLab::Runner->new(app => $self,
        dir => $self->dir . "/builds/$generation"));
    $self->project(StandIn::GitLab::Project->new(app => $self, %{ fixture_project() },
        dir => $self->dir . "/repositories/$generation-ops-infra.git"));
    control_set($self, { files => fixture_files() });
}

# Commits files (path => text, or undef for none) to a branch that may be new,
# or to none; the sha.
sub commit_files ($self, $branch, $changed, $message) {
    my $project    = $self->project;
    my $repository = $project->repository;
    my $parent     = $repository->resolve($branch // 'HEAD') // $repository->resolve('HEAD');
    my %files      = $parent ? %{ $parent->{files} } : ();

    refuse(400, { error => "another branch is in the way of $branch" })
        if defined $branch && $repository->in_the_way($branch);

    for my $path (keys %$changed) {
        my $text = $changed->{$path};

        delete $files{$path};
        $files{$path} = [ $text =~ /\A#!/ ? '100755' : '100644',
            $repository->blob(encode_utf8($text)) ] if defined $text;
    }

    my $commit = $repository->commit(
        files => \%files, parents => [ $parent ? $parent->{sha} : () ],
        message => $message, name => 'Maria Example', email => 'maria@example.com');

    $repository->set_branch($branch, $commit->{sha}) if defined $branch;

    return $commit->{sha};
}

sub next_id ($self, $kind) { return ($self->{ids}{$kind} //= 1000) + ++$self->{count}{$kind} }

sub bool ($self, $value) { return $value ? true : false }

sub time_text ($self, $time) {
    return undef unless defined $time;

    my $second = int $time;

    if ($second != ($self->{time_of} // 0)) {
        $self->{time_of}   = $second;
        $self->{time_text} = strftime '%Y-%m-%dT%H:%M:%S', gmtime $second;
    }

    return $self->{time_text} . sprintf '.%03dZ', ($time - $second) * 1000;
}

sub user_entity ($self, $user) {
    return {
        id => $user->{id}, username => $user->{username}, public_email => '',
        name => $user->{name}, state => $user->{state}, locked => false,
        avatar_url => undef, web_url => $self->external_url . "/$user->{username}",
    };
}

sub commit_entity ($self, $project, $commit) {
    return $commit->{entity} //= do {
        my $date    = $self->time_text($commit->{time}) =~ s/Z\z/+00:00/r;
        my ($title) = $commit->{message} =~ /\A([^\n]*)/;

        {
            id => $commit->{sha}, short_id => substr($commit->{sha}, 0, 8),
            created_at => $date, parent_ids => $commit->{parents}, title => $title,
            message => $commit->{message}, author_name => $commit->{name},
            author_email => $commit->{email}, authored_date => $date,
            committer_name => $commit->{name}, committer_email => $commit->{email},
            committed_date => $date, trailers => {}, extended_trailers => {},
            web_url => $project->web_url . "/-/commit/$commit->{sha}",
        };
    };
}

sub _request ($self, $tx) {
    my $message = $tx->req;
    my $url     = $message->url;
    my $path    = $url->path->to_string;
    my $query   = $url->query->to_string;
    my $target  = length $query ? "$path?$query" : $path;

    return $self->_control($tx, $1, $query) if $path =~ m{\A/_control/(\w+)\z};

    my $body  = $message->body;
    my $entry = {
        n => ++$self->{count}{request}, at => time, method => $message->method,
        path => $target, headers => $message->headers->names, body_length => length $body,
        body => length $body <= MAX_LOGGED_BODY ? $body : undef,
        connection => $tx->connection,
    };

    push @{ $self->log }, $entry;
    shift @{ $self->log } if @{ $self->log } > MAX_LOG;

    my $fault  = fault_match($self->faults, $entry->{method}, $target);
    my $answer = sub { $self->_answer($tx, $message, $path, $query, $body) };
    my $finish = sub ($given) {
        $entry->{status} = $given->[0];
        $entry->{ms}     = int((time - $entry->{at}) * 1000);
        $self->_send($tx, $given);
    };

    return $finish->($answer->()) unless $fault;

    $entry->{fault} = $fault->{action} // ($fault->{status} ? "status $fault->{status}"
        : $fault->{delay_ms} ? 'delay' : 'headers');
    $self->_fail($tx, $fault, $answer, $finish);
}

sub _fail ($self, $tx, $fault, $answer, $finish) {
    my $action = $fault->{action} // '';
    my $later  = sub ($do) {
        $fault->{delay_ms} ? Mojo::IOLoop->timer($fault->{delay_ms} / 1000 => $do) : $do->();
    };
    my $given = defined $fault->{status} ? [ $fault->{status},
        ref $fault->{body} ? $fault->{body} : $fault->{body} // '', {
            ref $fault->{body} ? () : ('Content-Type' => 'text/plain'),
            %{ $fault->{headers} // {} } } ] : undef;
    my $stream = Mojo::IOLoop->stream($tx->connection);

    $stream->timeout(0) if $stream;

    return if $action eq 'hang';

    return $later->(sub { Mojo::IOLoop->remove($tx->connection) }) if $action eq 'drop';

    return $later->(sub { _raw($tx, "\x00\x15\x03garbage \xff\xfe not HTTP\r\n\r\n") })
        if $action eq 'garbage';

    if ($action eq 'drop_after') {
        $answer->();
        return $later->(sub { Mojo::IOLoop->remove($tx->connection) });
    }

    if ($action eq 'late') {
        my $real = $answer->();
        return unless $fault->{delay_ms} || $given;
        return $later->(sub { $finish->($given // $real) });
    }

    if ($action eq 'truncate') {
        my ($status, $bytes) = _bytes($answer->());

        return $later->(sub {
            _raw($tx, "HTTP/1.1 $status OK\r\nContent-Type: application/json\r\nContent-Length: "
                . length($bytes) . "\r\n\r\n" . substr $bytes, 0, length($bytes) / 2);
        });
    }

    $later->(sub {
        return $finish->($given) if $given;

        my $real = $answer->();
        $finish->([ @{$real}[ 0, 1 ], { %{ $real->[2] // {} }, %{ $fault->{headers} // {} } } ]);
    });
}

sub _raw ($tx, $bytes) {
    my $stream = Mojo::IOLoop->stream($tx->connection) // return;
    $stream->write($bytes => sub ($stream) { $stream->close });
}

sub _bytes ($given) {
    my ($status, $body, $headers) = @$given;

    return ($status, ref $body ? encode_json($body) : $body // '', $headers // {});
}

sub _send ($self, $tx, $given) {
    my ($status, $bytes, $headers) = _bytes($given);
    my $message = $tx->res;
    my $to      = $message->headers;

    $message->code($status);
    $to->content_type('application/json') unless $headers->{'Content-Type'} || $status == 204;
    $to->header('Cache-Control' => 'max-age=0, private, must-revalidate')
        unless $headers->{'Cache-Control'};
    $to->header('X-Request-Id' => sprintf '01STANDIN%017d', $self->{count}{request} // 0);
    $to->header($_ => $headers->{$_}) for keys %$headers;
    $message->body($bytes) unless $status == 204;
    $tx->resume;
}

sub _control ($self, $tx, $name, $query) {
    my $given = eval {
        my $bytes = $tx->req->body;
        my $body  = length $bytes
            ? eval { decode_json($bytes) } // refuse(400, { error => "no JSON: $@" }) : {};

        control_answer($self, $tx->req->method, $name, $body,
            Mojo::Parameters->new($query)->to_hash);
    } // $self->_refusal($@);

    $self->_send($tx, $given);
}

sub _refusal ($self, $error) {
    return [ $error->{status}, $error->{body} ]
        if ref $error && $error->isa('StandIn::GitLab::Refusal');

    warn "stand-in GitLab: $error";
    push @{ $self->complaints }, { reason => "internal: $error" };

    return [ 500, { message => '500 Internal Server Error' } ];
}

# What no right client ever sends: refused, and kept for the test to see.
sub _complain ($self, $tx, $status, $reason, $body = { error => $reason }) {
    push @{ $self->complaints }, { reason => $reason,
        method => $tx->req->method, path => $self->log->[-1]{path} };
    refuse($status, $body);
}

sub _answer ($self, $tx, $message, $path, $query, $body) {
    return eval { $self->_carry_out($tx, $message, $path, $query, $body) }
        // $self->_refusal($@);
}

sub _carry_out ($self, $tx, $message, $path, $query, $body) {
    my $headers = $message->headers;
    my $method  = $message->method;

    for my $name (@{ $headers->names }) {
        $self->_complain($tx, 400, "the request carries $name")
            if $name =~ /\A(?:x-slack-.*|cookie)\z/i;
    }

    $self->_complain($tx, 400, 'the request carries Slack\'s User-Agent')
        if ($headers->user_agent // '') =~ /slackbot/i;

    my $not_found = { error => '404 Not Found' };
    my ($route, $path_of) = $path =~ m{\A/api/v4/(.+)\z}s ? route_find($method, $1) : (undef, 404);
    my $params = $self->_params($tx, $headers->content_type // '', $body, $route);

    if (!$route) {
        $self->_complain($tx, 404, 'the project\'s path is not one encoded segment', $not_found)
            if $path =~ m{/projects/\Q@{[ $self->project->path ]}\E(?:/|\z)}i;
        refuse(405, { error => '405 Not Allowed' }) if $path_of == 405;
        refuse(404, $not_found);
    }

    my %queried = %{ Mojo::Parameters->new($query)->to_hash };
    my $request = {
        app => $self, path => $path, path_of => $path_of,
        query => \%queried, params => { %queried, %$params },
    };

    if ($route->{open}) {
        $self->_complain($tx, 400, 'a token of the API where none is asked for')
            if defined $headers->header('PRIVATE-TOKEN');

        return $route->{handler}->($request);
    }

    my $user = $request->{user} = $self->_user($headers, $method);

    if (defined $path_of->{id}) {
        my $id = $path_of->{id};

        $self->_complain($tx, 404, 'the project\'s path is encoded twice', $not_found)
            if $id =~ /%2f/i;

        my $project = $self->project;

        StandIn::GitLab::Refusal::not_found('Project')
            unless $id eq $project->id || lc $id eq lc $project->path;
        $project->require_access($user, $route->{level});
        $request->{project} = $project;
    }

    return $route->{handler}->($request);
}

sub _params ($self, $tx, $type, $body, $route) {
    my $method = $tx->req->method;
    my $form   = $type =~ m{\Aapplication/x-www-form-urlencoded\s*(?:;|\z)}i;

    $self->_complain($tx, 400, "a $method request with a body")
        if $method ne 'POST' && (length $body || $form);

    return {} unless length $body;
    return Mojo::Parameters->new($body)->charset('UTF-8')->to_hash
        if $form && $route && $route->{open};

    $self->_complain($tx, 400, "the body is '$type', not application/json")
        if $type !~ m{\Aapplication/json\s*(?:;|\z)}i;

    my $params = eval { decode_json($body) };

    $self->_complain($tx, 400, 'the body is no JSON object') if ref $params ne 'HASH';

    return $params;
}

# Whose token it is (lib/api/api_guard.rb, lib/api/helpers.rb: sudo!).
sub _user ($self, $headers, $method) {
    my $token = $headers->header('PRIVATE-TOKEN');

    if (!defined $token && ($headers->authorization // '') =~ /\ABearer (.+)\z/i) {
        $token = $1;
    }

    my $known = defined $token ? $self->tokens->{$token} : undef;

    refuse(401, { message => '401 Unauthorized' }) unless $known;

    for my $state (qw(expired revoked)) {
        refuse(401, { error => 'invalid_token', error_description =>
            $state eq 'expired'
                ? 'Token is expired. You can either do re-authorization or token refresh.'
                : 'Token was revoked. You have to re-authorize from the user.' })
            if $known->{state} eq $state;
    }

    my %scope = map { $_ => 1 } @{ $known->{scopes} };

    _insufficient('api') unless $scope{api} || $scope{read_api} && $method eq 'GET';

    my $user = $self->users->{ $known->{user} };

    refuse(401, { message => '401 Unauthorized' }) unless $user;
    forbidden('Your account has been blocked.') if $user->{state} eq 'blocked';
    forbidden('Your account has been deactivated. Please log back in from a web'
        . ' browser to reactivate your account at ' . $self->external_url)
        if $user->{state} eq 'deactivated';

    my $sudo = $headers->header('Sudo') // return $user;

    forbidden('Must be admin to use sudo') unless $user->{admin};
    _insufficient('sudo') unless $scope{sudo};

    my ($other) = grep { $_->{id} eq $sudo || lc $_->{username} eq lc $sudo }
        values %{ $self->users };

    refuse(404, { message => "404 User with ID or username '$sudo' Not Found" })
        unless $other;
    forbidden('Your account has been blocked.') if $other->{state} eq 'blocked';

    return $other;
}

sub _insufficient ($scope) {
    refuse(403, { error => 'insufficient_scope', error_description =>
        'The request requires higher privileges than provided by the access token.',
        scope => $scope });
}

1;
