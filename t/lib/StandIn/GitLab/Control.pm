package StandIn::GitLab::Control;

# /_control: what tests say to the stand-in and ask of it. JSON, no token.
#
#   POST reset     everything anew; the body as for `set`
#   POST set       { project, members, users, tokens, variables, runner, faults,
#                    files } - each is optional, see _set
#   POST commit    { branch, message, files: { path: text, or null }, push_pipeline }
#   POST tag       { tag, ref, message }
#   POST faults    [ rule, ... ] in place of those before (StandIn::GitLab::Fault)
#   POST play, cancel, retry, die   { job }, by the administrator; die: the runner is lost
#   POST delete_pipeline  { pipeline }
#   POST connect   { token, user }: a person says on GitLab's page who they are
#   POST confirm   { command_id }: and here that they did ask for that
#   GET  log       requests in order; ?clear=1 forgets them
#   GET  state     pipelines, jobs, branches, tags, faults, complaints, and
#                  callbacks [{ url, body, job, status, error }] to chats

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Chat qw(chat_confirm chat_connect chat_link);
use StandIn::GitLab::Chat::Notice qw(notice_confirmed);
use StandIn::GitLab::Commit qw(push_pipeline);
use StandIn::GitLab::Fault qw(fault_check);
use StandIn::GitLab::Refusal qw(invalid refuse);
use StandIn::GitLab::Trace;

our @EXPORT_OK = qw(control_answer control_set);

my %DO = (
    'POST reset'  => sub ($app, $body, $) { $app->reset; control_set($app, $body); {} },
    'POST set'    => sub ($app, $body, $) { control_set($app, $body); {} },
    'POST faults' => sub ($app, $body, $) { control_set($app, { faults => $body }); {} },
    'POST commit' => \&_commit,
    'POST tag'    => \&_tag,
    'GET log'     => \&_log,
    'GET state'   => \&_state,
    'POST play'   => sub ($app, $body, $) { _job($app, $body)->play($app->users->{1}, []); {} },
    'POST cancel' => sub ($app, $body, $) { _job($app, $body)->cancel(undef); {} },
    'POST retry'  => sub ($app, $body, $) { { job => _job($app, $body)->retry(undef)->id } },
    'POST die'    => sub ($app, $body, $) { $app->runner->die_of(_job($app, $body)); {} },
    'POST connect' => sub ($app, $body, $) { chat_connect($app, @{$body}{qw(token user)}); {} },
    'POST confirm' => sub ($app, $body, $) {
        notice_confirmed($app, chat_confirm($app, $body->{command_id})->{response_url});
        {};
    },
    'POST delete_pipeline' => sub ($app, $body, $) {
        my $project  = $app->project;
        my $pipeline = $project->pipelines->{ $body->{pipeline} // '' }
            // refuse(404, { error => 'no such pipeline' });

        $pipeline->cancel;
        delete $project->jobs->{ $_->id } for @{ $pipeline->jobs };
        delete $project->pipelines->{ $pipeline->id };
        {};
    },
);

sub control_answer ($app, $method, $name, $body, $query) {
    my $do = $DO{"$method $name"} // refuse(404, { error => "no control $method $name" });

    return [ 200, $do->($app, $body, $query) ];
}

my %PROJECT = map { $_ => 1 } qw(path default_branch ci_config_path jobs_enabled
    minimum_override_role protected_branches protected_tags
    pipelines_per_minute policy_jobs moves);
my %RUNNER = map { $_ => 1 } qw(enabled limit executor trace_format
    pickup_delay_ms trace_delay_ms finish_delay_ms);

#   external_url  of the links that it gives
#   project   ci_config_path, minimum_override_role (no_one_allowed, developer,
#             maintainer, owner), protected_branches [{ name, push, merge }],
#             protected_tags [{ name, create }], pipelines_per_minute,
#             jobs_enabled, default_branch, path;
#             policy_jobs [{ name, stage, script: [] }]: each pipeline holds
#             them too, and no configuration says so;
#             moves { branch, files, message }: committed to the branch (the
#             default one) just before the next pipeline is made on it
#   members   { user id: access level, { access_level, expires_at } or null }
#   users     { user id: { username, name, state, admin } }
#   tokens    { token: { user, scopes, state: active|revoked|expired } or null }
#   variables [{ key, value, raw, protected, file }] of the project
#   runner    enabled, limit, executor (docker, shell), trace_format (classic,
#             timestamped-17, timestamped-19), pickup_delay_ms, finish_delay_ms,
#             trace_delay_ms
#   integrations  { slack_slash_commands or mattermost_slash_commands:
#             { token, active, markdown (links in answers stay Markdown's) } }
#   chat_names  [{ team_id, chat_id, user, verified: the integration's name }]
#   files     { path: text } committed to the default branch
#   branches, tags  { name: { files, message } }: upon the default branch, for a
#             tag without a branch
sub control_set ($app, $set) {
    invalid('the body is no object') if ref $set ne 'HASH';

    my $project = $app->project;
    my ($odd)   = grep { !/\A(?:project|members|users|tokens|variables|runner|faults|files|branches|tags
            |integrations|chat_names|external_url)\z/x }
        sort keys %$set;

    invalid("unknown: $odd") if defined $odd;

    for my $key (sort keys %{ $set->{project} // {} }) {
        invalid("unknown: project.$key") unless $PROJECT{$key};
        $project->$key($set->{project}{$key});
        $project->repository->default_branch($set->{project}{$key})
            if $key eq 'default_branch';
    }

    for my $key (sort keys %{ $set->{runner} // {} }) {
        invalid("unknown: runner.$key") unless $RUNNER{$key};
        invalid("unknown trace format: $set->{runner}{$key}")
            if $key eq 'trace_format'
            && !$StandIn::GitLab::Trace::FORMATS{ $set->{runner}{$key} };
        $app->runner->$key($set->{runner}{$key});
    }

    for my $id (keys %{ $set->{users} // {} }) {
        $app->users->{$id} = { id => 0 + $id, state => 'active', name => "User $id",
            username => "user$id", %{ $app->users->{$id} // {} }, %{ $set->{users}{$id} } };
        $app->tokens->{"glpat-$app->{users}{$id}{username}"}
            //= { user => 0 + $id, scopes => ['api'], state => 'active' };
    }

    for my $id (keys %{ $set->{members} // {} }) {
        my $member = $set->{members}{$id};

        delete $project->members->{$id};
        $project->members->{$id} = ref $member ? $member : { access_level => $member }
            if defined $member;
    }

    for my $token (keys %{ $set->{tokens} // {} }) {
        delete $app->tokens->{$token};
        $app->tokens->{$token} = { scopes => ['api'], state => 'active',
            %{ $set->{tokens}{$token} } } if defined $set->{tokens}{$token};
    }

    $app->external_url($set->{external_url}) if defined $set->{external_url};
    $project->variables($set->{variables}) if $set->{variables};
    $project->integrations($set->{integrations}) if $set->{integrations};
    chat_link($app, {%$_}) for @{ $set->{chat_names} // [] };

    if ($set->{faults}) {
        for my $rule (@{ $set->{faults} }) {
            my $wrong = fault_check($rule);
            invalid("fault: $wrong") if defined $wrong;
        }

        $app->faults([ map { { %$_ } } @{ $set->{faults} } ]);
    }

    _commit($app, { files => $set->{files} }, {}) if $set->{files};

    for my $name (sort keys %{ $set->{branches} // {} }) {
        _commit($app, { %{ $set->{branches}{$name} }, branch => $name }, {});
    }

    for my $name (sort keys %{ $set->{tags} // {} }) {
        my $tag = $set->{tags}{$name};
        my $sha = $app->commit_files(undef, $tag->{files} // {}, $tag->{message} // "Tag\n");

        $project->repository->set_tag($name, $sha, $tag->{message} // '');
    }

    $app->runner->take;
}

sub _commit ($app, $body, $) {
    my $project = $app->project;
    my $branch  = $body->{branch} // $project->default_branch;
    my $sha = $app->commit_files($branch, $body->{files} // {}, $body->{message} // "Set up\n");

    push_pipeline($project, $app->users->{1}, $branch) if $body->{push_pipeline};

    return { sha => $sha };
}

sub _tag ($app, $body, $) {
    my $repository = $app->project->repository;
    my $commit     = $repository->resolve($body->{ref} // 'HEAD')
        // refuse(404, { error => 'no such ref' });

    $repository->set_tag($body->{tag}, $commit->{sha}, $body->{message} // '');

    return { sha => $commit->{sha} };
}

sub _job ($app, $body) {
    return $app->project->jobs->{ $body->{job} // '' }
        // refuse(404, { error => 'no such job' });
}

sub _log ($app, $, $query) {
    my $log = $app->log;

    $app->log([]) if $query->{clear};

    return { requests => $log };
}

sub _state ($app, $, $) {
    my $project = $app->project;

    return {
        pipelines => [ map { my $pipeline = $_; {
            id => $pipeline->id, ref => $pipeline->ref, sha => $pipeline->commit->{sha},
            tag => $pipeline->tag, source => $pipeline->source, status => $pipeline->status,
            user => $pipeline->user->{username}, created_at => $pipeline->created_at,
            yaml_errors => $pipeline->yaml_errors,
            variables => { map { $_->{key} => $_->{value} } @{ $pipeline->variables } },
            jobs => [ map { {
                id => $_->id, name => $_->name, stage => $_->stage, status => $_->status,
                bridge => $_->spec->{bridge} ? 1 : 0,
                retried => $_->retried ? 1 : 0 } } @{ $pipeline->jobs } ],
        } } sort { $a->id <=> $b->id } values %{ $project->pipelines } ],
        branches => { %{ $project->repository->branches } },
        tags => { map { $_ => $project->repository->tags->{$_}{sha} }
            keys %{ $project->repository->tags } },
        repository => $project->repository->dir,
        faults => [ map { { %$_, hits => $_->{hits} // 0, seen => $_->{seen} // 0 } }
            @{ $app->faults } ],
        complaints => $app->complaints,
        callbacks  => $app->callbacks,
        running => scalar(keys %{ $app->runner->running }),
        waiting => scalar @{ $app->runner->queue },
    };
}

1;
