package StandIn::GitLab::Pipeline;

# A pipeline: made from a configuration at a commit, its jobs in stages, its
# status (lib/gitlab/ci/pipeline/chain, lib/gitlab/ci/status/composite.rb).

use Mojo::Base -base, -signatures;

use Digest::SHA qw(sha1_hex);
use Mojo::IOLoop;
use Mojo::JSON  qw(encode_json);
use Time::HiRes qw(time);
use StandIn::GitLab::Config;
use StandIn::GitLab::Job;
use StandIn::GitLab::Refusal qw(refuse);
use StandIn::GitLab::Rules qw(job_outcome rule_of);
use StandIn::GitLab::Variables qw(variables_as_hash);

has [qw(id iid project ref source commit user yaml_errors config)];
has tag        => 0;
has status     => 'created';
has variables  => sub { [] };
has workflow_variables => sub { [] };
has jobs       => sub { [] };
has [qw(created_at updated_at started_at finished_at)];

use constant SKIP => qr/\[(?:ci[ _-]skip|skip[ _-]ci)\]/i;

my %ENDED = map { $_ => 1 } qw(success failed canceled skipped);

sub _refuse (@reasons) { refuse(400, { message => { base => \@reasons } }) }

# project, ref, source, user, variables. Refuses with GitLab's words.
sub create ($class, %args) {
    my ($project, $user, $ref) = @args{qw(project user ref)};
    my $push   = $args{source} eq 'push';
    my $commit = $project->repository->commits->{
        $project->repository->head($ref) // '' };

    _refuse('Pipelines are disabled!') unless $project->jobs_enabled;
    _refuse("You do not have sufficient permission to run a pipeline on '$ref'."
        . ' Please select a different branch or contact your administrator for assistance.')
        if $commit && !$push && !$project->can_run_on($user, $ref);
    _refuse('Reference not found') unless $commit;

    my @variables = @{ $args{variables} // [] };

    if (@variables) {
        my %seen;

        _refuse('Insufficient permissions to set pipeline variables')
            unless $project->can_set_variables($user);

        for my $variable (@variables) {
            _refuse("Duplicate variable name: $variable->{key}")
                if $seen{ $variable->{key} }++;
        }
    }

    if (defined(my $limit = $project->pipelines_per_minute)) {
        my $made = grep { $_->user->{id} == $user->{id} && $_->commit == $commit
            && $_->created_at > time - 60 } values %{ $project->pipelines };

        _refuse('Too many pipelines created in the last minute. Try again later.')
            if $made >= $limit;
    }

    my $self = $class->new(
        project => $project, ref => $ref, source => $args{source},
        commit => $commit, user => $user, variables => \@variables,
        created_at => time, updated_at => time,
    );

    if ($push && $commit->{message} =~ SKIP) {
        return $self->_keep->_settle('skipped');
    }

    my $bytes = $project->repository->content($commit, $project->config_path);

    _refuse('Missing CI config file') unless defined $bytes;

    my $parent = $push && $commit->{parents}[0]
        ? $project->repository->commits->{ $commit->{parents}[0] } : undef;
    my $config = $class->read_config($project, $commit, $bytes,
        variables_as_hash($self->_given));

    $self->config($config);

    if (!$config->valid) {
        _refuse($config->errors->[0]) unless $push;
        $self->yaml_errors($config->errors->[0]);
        return $self->_keep->_settle('failed');
    }

    my @seeds = $self->_seeds($parent);

    $self->_keep;
    $self->_add_job(@$_) for @seeds;

    Mojo::IOLoop->next_tick(sub { $self->process });

    return $self;
}

sub read_config ($class, $project, $commit, $bytes, $variables) {
    my $repository = $project->repository;

    return StandIn::GitLab::Config->load($bytes, {
        read      => sub ($path) { $repository->content($commit, $path) },
        paths     => [ sort keys %{ $commit->{files} } ],
        variables => $variables,
        project   => $project->path,
        sha       => $commit->{sha},
        key       => "$commit->{tree} "
            . sha1_hex(encode_json([ map { [ $_, $variables->{$_} ] }
                grep { !/\ACI_(?:PIPELINE|COMMIT)_(?!SOURCE|BRANCH)/ } sort keys %$variables ])),
        blob => sub ($path) { $project->web_url . "/-/blob/$commit->{sha}/$path" },
        raw  => sub ($path) { $project->web_url . "/-/raw/$commit->{sha}/$path" },
    });
}

# The variables that are there before the configuration is read.
sub _given ($self) {
    return ($self->predefined, $self->_project_variables, @{ $self->variables });
}

sub _project_variables ($self) {
    my $project   = $self->project;
    my $protected = $project->protection($self->ref);

    return grep { !$_->{protected} || $protected } @{ $project->variables };
}

sub _seeds ($self, $parent) {
    my $config  = $self->config;
    my $project = $self->project;
    my $repository = $project->repository;
    my $known   = sub (@between) {
        return variables_as_hash($self->predefined, @between,
            $self->_project_variables, @{ $self->variables });
    };

    my $context = {
        source => $self->source, ref => $self->ref, tag => $self->tag,
        project_path => $project->path,
        files   => [ sort keys %{ $self->commit->{files} } ],
        changed => $parent ? $repository->changed($parent, $self->commit) : undef,
        differs => sub ($ref) {
            my $other = $repository->resolve($ref)
                // _refuse("Failed to parse rule: rules:changes:compare_to is not a valid ref");
            return $repository->changed($other, $self->commit);
        },
    };

    if (my $workflow = $config->workflow) {
        my $rule = rule_of($workflow->{rules}, {
            %$context, variables => $known->(@{ $config->variables }) });

        _refuse('The pipeline did not run. Review the workflow:rules configuration for the pipeline.')
            if !$rule || ($rule->{when} // '') eq 'never';
        $self->workflow_variables($rule->{variables} // []);
    }

    my @seeds;

    for my $job (@{ $config->jobs }) {
        my @yaml = ((grep { $job->{inherits}->('variables', $_->{key}) }
            @{ $config->variables }, @{ $self->workflow_variables }), @{ $job->{variables} });

        my $outcome = job_outcome($job, { %$context, variables => $known->(
            { key => 'CI_JOB_NAME', value => $job->{name} },
            { key => 'CI_JOB_STAGE', value => $job->{stage} }, @yaml) });

        push @seeds, [ $job, $outcome ] if $outcome;
    }

    my @base = map { $_->[0]{name} } @seeds;

    for my $seed (@seeds) {
        for my $need (@{ $seed->[1]{needs} // [] }) {
            next if $need->{optional} || grep {
                $_ eq $need->{job} || /\A\Q$need->{job}\E(?: \d+\/\d+|: \[.*\])\z/ } @base;

            _refuse("'$seed->[0]{name}' job needs '$need->{job}' job, but '$need->{job}'"
                . ' does not exist in the pipeline. This might be because of the only,'
                . ' except, or rules keywords. To need a job that sometimes does not'
                . ' exist in the pipeline, use needs:optional.');
        }
    }

    _refuse('The resulting pipeline would have been empty. Review the rules'
        . ' configuration for the relevant jobs.')
        unless grep { $_->[0]{stage} !~ /\A\.(?:pre|post)\z/ } @seeds;

    return @seeds;
}

sub _keep ($self) {
    my $project = $self->project;

    $self->id($project->app->next_id('pipeline'));
    $self->iid($project->{iid} = $project->iid + 1);
    $project->pipelines->{ $self->id } = $self;

    return $self;
}

sub _settle ($self, $status) {
    $self->status($status);
    $self->finished_at(time) if $status eq 'failed';
    return $self;
}

sub _add_job ($self, $spec, $outcome, @with) {
    my $job = StandIn::GitLab::Job->new(
        id => $self->project->app->next_id('job'),
        pipeline => $self, spec => $spec, outcome => $outcome,
        created_at => time, @with);

    push @{ $self->jobs }, $job;
    $self->project->jobs->{ $job->id } = $job;

    return $job;
}

sub retry_job ($self, $old, $user) {
    my $job = $self->_add_job($old->spec, $old->outcome,
        user => $user, attempt => $old->attempt + 1,
        extra_variables => $old->extra_variables);

    $old->retried(1);
    delete $old->{encoded};
    $job->enqueue;

    return $job;
}

sub latest_jobs ($self) { return grep { !$_->retried } @{ $self->jobs } }

# A job has changed: the pipeline follows, once the present work is done.
sub job_changed ($self) {
    return if $self->{due}++;

    Mojo::IOLoop->next_tick(sub {
        $self->{due} = 0;
        $self->process;
    });
}

# Lets the jobs go whose turn it is.
sub process ($self) {
    my %stage = map { $self->config->stages->[$_] => $_ } 0 .. $#{ $self->config->stages };
    my @jobs  = $self->latest_jobs;

    for my $job (grep { $_->status eq 'created' } @jobs) {
        my $needs  = $job->outcome->{needs};
        my @before = $needs
            ? grep { my $name = $_->name; grep {
                $name eq $_->{job} || $name =~ /\A\Q$_->{job}\E(?: \d+\/\d+|: \[.*\])\z/ } @$needs } @jobs
            : grep { $stage{ $_->stage } < $stage{ $job->stage } } @jobs;

        next if grep { !$_->ended && !($_->status eq 'manual' && $_->allow_failure) } @before;

        my $failed = grep { $_->status =~ /\A(?:failed|canceled)\z/ && !$_->allow_failure } @before;
        my $when   = $job->outcome->{when};

        if ($failed ? $when =~ /\A(?:on_success|manual|delayed)\z/ : $when eq 'on_failure') {
            $job->set_status('skipped');

        } elsif ($when eq 'manual') {
            $job->set_status('manual');

        } elsif ($when eq 'delayed') {
            $job->set_status('scheduled');
            Mojo::IOLoop->timer(_seconds($job->outcome->{start_in}) => sub {
                $job->enqueue if $job->status eq 'scheduled';
            });

        } else {
            $job->enqueue;
        }
    }

    $self->_update_status;
}

my %UNIT = (s => 1, m => 60, h => 3600, d => 86400, w => 604800);

sub _seconds ($text) {
    my $sum = 0;
    $sum += $1 * $UNIT{$2} while ($text // '') =~ /([\d.]+)\s*([smhdw])/g;
    return $sum || ($text // 0);
}

sub _update_status ($self) {
    my %has;

    for my $job ($self->latest_jobs) {
        my $status = $job->status;

        $status = 'warning' if $status =~ /\A(?:failed|canceled)\z/ && $job->allow_failure;
        $status = 'ignored' if $status eq 'manual' && $job->allow_failure;
        $has{$status} = 1;
    }

    my $only = sub (@set) { my %set = map { $_ => 1 } @set; return !grep { !$set{$_} } keys %has };
    my $any  = sub (@set) { return !!grep { $has{$_} } @set };

    my $status =
          $only->(qw(skipped ignored))                     ? 'skipped'
        : $only->(qw(success skipped warning ignored))     ? 'success'
        : $only->(qw(created warning ignored))             ? 'created'
        : $only->(qw(canceled success skipped warning ignored)) ? 'canceled'
        : $only->(qw(pending created skipped warning ignored))  ? 'pending'
        : $any->(qw(running pending))                      ? 'running'
        : $any->('canceling')                              ? 'canceling'
        : $any->('manual')                                 ? 'manual'
        : $any->('scheduled')                              ? 'scheduled'
        : $any->('created')                                ? 'running'
        :                                                    'failed';

    return if $status eq $self->status;

    my $now = time;

    $self->status($status);
    $self->updated_at($now);
    $self->started_at($self->started_at // $now) if $status eq 'running';
    $self->finished_at($ENDED{$status} ? $now : undef);
    delete @{$self}{qw(encoded encoded_basics)};
    delete $_->{encoded} for @{ $self->jobs };
}

# Always well, whatever state it is in (lib/api/ci/pipelines.rb).
sub cancel ($self) {
    $_->stop for grep { $_->alive } $self->latest_jobs;
    $self->_update_status if @{ $self->jobs };
}

sub web_url ($self) { return $self->project->web_url . '/-/pipelines/' . $self->id }

sub basics ($self) {
    my $app = $self->project->app;

    return (
        id => $self->id, iid => $self->iid, project_id => $self->project->id,
        sha => $self->commit->{sha}, ref => $self->ref, status => $self->status,
        source => $self->source, created_at => $app->time_text($self->created_at),
        updated_at => $app->time_text($self->updated_at), web_url => $self->web_url,
    );
}

sub encoded_basics ($self) {
    return $self->{encoded_basics} //= encode_json({ $self->basics, name => undef });
}

sub entity ($self) {
    my $app = $self->project->app;
    my ($start, $end) = ($self->started_at, $self->finished_at);

    return {
        $self->basics,
        before_sha => $self->source eq 'push' && $self->commit->{parents}[0] || '0' x 40,
        tag => $app->bool($self->tag), yaml_errors => $self->yaml_errors,
        user => $app->user_entity($self->user),
        started_at => $app->time_text($start), finished_at => $app->time_text($end),
        committed_at => undef,
        duration => $start && $end ? int($end - $start) : undef,
        queued_duration => $start ? int($start - $self->created_at) : undef,
        coverage => undef, name => undef, archived => $app->bool(0),
        detailed_status => {
            icon => 'status_' . $self->status, text => ucfirst $self->status,
            label => $self->status, group => $self->status, tooltip => $self->status,
            has_details => $app->bool(1), details_path => '/' . $self->project->path
                . '/-/pipelines/' . $self->id,
            illustration => undef, favicon => '/assets/ci_favicons/favicon.png' },
    };
}

sub predefined ($self) {
    my ($project, $commit, $user) = ($self->project, $self->commit, $self->user);
    my $app = $project->app;
    my ($namespace, $name) = $project->path =~ m{\A(.+)/([^/]+)\z};
    my ($title) = $commit->{message} =~ /\A([^\n]*)/;
    my ($host)  = $app->external_url =~ m{\Ahttps?://([^/:]+)};

    my @list = (
        CI => 'true', GITLAB_CI => 'true', CI_SERVER => 'yes',
        CI_SERVER_NAME => 'GitLab', CI_SERVER_URL => $app->external_url,
        CI_SERVER_HOST => $host, CI_API_V4_URL => $app->external_url . '/api/v4',
        CI_PROJECT_ID => $project->id, CI_PROJECT_NAME => $name,
        CI_PROJECT_PATH => $project->path, CI_PROJECT_NAMESPACE => $namespace,
        CI_PROJECT_PATH_SLUG => $project->path =~ tr{/}{-}r,
        CI_PROJECT_URL => $project->web_url, CI_PROJECT_VISIBILITY => 'private',
        CI_DEFAULT_BRANCH => $project->default_branch,
        CI_CONFIG_PATH => $project->config_path,
        $self->id ? (CI_PIPELINE_ID => $self->id, CI_PIPELINE_IID => $self->iid,
            CI_PIPELINE_URL => $self->web_url) : (),
        CI_PIPELINE_SOURCE => $self->source,
        CI_PIPELINE_CREATED_AT => $app->time_text($self->created_at),
        CI_COMMIT_SHA => $commit->{sha},
        CI_COMMIT_SHORT_SHA => substr($commit->{sha}, 0, 8),
        CI_COMMIT_BEFORE_SHA => $self->source eq 'push' && $commit->{parents}[0] || '0' x 40,
        CI_COMMIT_REF_NAME => $self->ref, CI_COMMIT_BRANCH => $self->ref,
        CI_COMMIT_REF_SLUG => lc($self->ref) =~ s/[^a-z0-9]+/-/gr,
        CI_COMMIT_MESSAGE => $commit->{message}, CI_COMMIT_TITLE => $title,
        CI_COMMIT_AUTHOR => "$commit->{name} <$commit->{email}>",
        CI_COMMIT_REF_PROTECTED => $project->protection($self->ref) ? 'true' : 'false',
        GITLAB_USER_ID => $user->{id}, GITLAB_USER_LOGIN => $user->{username},
        GITLAB_USER_NAME => $user->{name}, GITLAB_USER_EMAIL => "$user->{username}\@example.com",
    );

    my @variables;

    while (@list) {
        my ($key, $value) = splice @list, 0, 2;
        push @variables, { key => $key, value => "$value", raw => 0 };
    }

    return @variables;
}

# All that a job gets, in the order of precedence, the strongest last.
sub job_variables ($self, $job) {
    my $spec = $job->spec;

    return ($self->predefined,
        (map { { key => $_->[0], value => "$_->[1]", raw => 0 } }
            [ CI_JOB_ID => $job->id ], [ CI_JOB_NAME => $job->name ],
            [ CI_JOB_STAGE => $job->stage ], [ CI_JOB_URL => $job->web_url ],
            [ CI_JOB_TOKEN => "glcbt-$job->{id}" ],
            [ CI_JOB_STARTED_AT => $self->project->app->time_text(time) ],
            [ CI_RUNNER_ID => 1 ], [ CI_RUNNER_DESCRIPTION => 'stand-in' ]),
        (grep { $spec->{inherits}->('variables', $_->{key}) }
            @{ $self->config->variables }, @{ $self->workflow_variables }),
        @{ $spec->{variables} }, @{ $job->outcome->{variables} // [] },
        $self->_project_variables, @{ $self->variables }, @{ $job->extra_variables });
}

1;
