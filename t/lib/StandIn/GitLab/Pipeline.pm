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
use StandIn::GitLab::Predefined qw(config_variables);
use StandIn::GitLab::Seed qw(pipeline_refuse seed_jobs);

has [qw(id iid project ref source commit user yaml_errors config chat parent)];
has tag        => 0;
has before_sha => '0' x 40;
has status     => 'created';
has variables  => sub { [] };
has workflow_variables => sub { [] };
has jobs       => sub { [] };
has [qw(created_at updated_at started_at finished_at)];

use constant SKIP => qr/\[(?:ci[ _-]skip|skip[ _-]ci)\]/i;

my %ENDED = map { $_ => 1 } qw(success failed canceled skipped);
my @POLICY_STAGES = ('.pipeline-policy-pre', '.pipeline-policy-post');

# project, ref, source, user, variables; chat: { job, variables, ... };
# content: the configuration, when it is not the repository's; parent: the
# pipeline that wants this one. Refuses with GitLab's words; what comes from a
# push or from chat is kept when it fails for its configuration, and returned.
sub create ($class, %args) {
    my ($project, $user, $source, $chat) = @args{qw(project user source chat)};
    my ($ref, $kind, $sha) = $project->repository->find_ref($args{ref});
    my $push = $source eq 'push';

    pipeline_refuse('Pipelines are disabled!') unless $project->jobs_enabled;
    pipeline_refuse("You do not have sufficient permission to run a pipeline on '$ref'."
        . ' Please select a different branch or contact your administrator for assistance.')
        if $sha && !$push && !$project->can_run_on($user, $ref, $kind eq 'tag');
    pipeline_refuse('Ref is ambiguous')    if $kind eq 'ambiguous';
    pipeline_refuse('Reference not found') unless $sha;

    my $commit    = $project->repository->commits->{ $args{sha} // $sha };
    my @variables = @{ $args{variables} // [] };

    _check_variables($project, $user, @variables) if @variables && !$args{parent};

    if (defined(my $limit = $project->pipelines_per_minute)) {
        my $made = grep { $_->user->{id} == $user->{id} && $_->commit == $commit
            && $_->created_at > time - 60 } values %{ $project->pipelines };

        pipeline_refuse('Too many pipelines created in the last minute. Try again later.')
            if $made >= $limit;
    }

    my $self = $class->new(
        project => $project, ref => $ref, source => $source, tag => $kind eq 'tag' ? 1 : 0,
        commit => $commit, user => $user, variables => \@variables, chat => $chat,
        parent => $args{parent}, created_at => time, updated_at => time,
        $push && $commit->{parents}[0] ? (before_sha => $commit->{parents}[0]) : (),
    );

    return $self->_keep->_settle('skipped')
        if ($push || $chat) && $commit->{message} =~ SKIP;

    return $self if eval { $self->_fill($args{content}); 1 };

    die $@ unless ref $@ && $@->{reason} eq 'config_error' && ($push || $chat);

    $self->yaml_errors($@->{body}{message}{base}[0]);

    return $self->_keep->_settle('failed');
}

sub _check_variables ($project, $user, @variables) {
    my %seen;

    pipeline_refuse('Insufficient permissions to set pipeline variables')
        unless $project->can_set_variables($user);

    for my $variable (@variables) {
        pipeline_refuse("Duplicate variable name: $variable->{key}")
            if $seen{ $variable->{key} }++;
    }
}

sub _fill ($self, $bytes) {
    my $project = $self->project;

    $bytes //= $project->repository->content($self->commit, $project->config_path);
    pipeline_refuse('Missing CI config file') unless defined $bytes;

    my $config = $self->read_config($bytes);

    $self->config($config);
    pipeline_refuse($config->errors->[0], 'config_error') unless $config->valid;

    # What chat says is known from here on, not to what is included.

    my $chat = $self->chat;

    $self->variables([ @{ $chat->{variables} } ]) if $chat;

    my @policy = @{ $project->policy_jobs };
    my @seeds  = eval { seed_jobs($self, $chat && $chat->{job}) };

    die $@ if $@ && !(@policy && ref $@ && $@->{reason} eq 'filtered');

    $self->_keep;
    $self->_add_job(@$_) for @seeds, map { [ _policy_job($_), { when => 'on_success' } ] } @policy;

    Mojo::IOLoop->next_tick(sub { $self->process });
}

# A job that no configuration names, as a pipeline execution policy adds it.
sub _policy_job ($job) {
    return {
        stage => $POLICY_STAGES[0], before_script => [], script => ['true'],
        after_script => [], variables => [], inherits => sub { 0 }, bridge => 0,
        tags => [], %$job,
    };
}

# The configuration that the bytes are, as this pipeline sees it.
sub read_config ($self, $bytes, $variables = config_variables($self)) {
    my $project    = $self->project;
    my $repository = $project->repository;
    my $commit     = $self->commit;

    return StandIn::GitLab::Config->load($bytes, {
        read      => sub ($path) { $repository->content($commit, $path) },
        paths     => [ sort keys %{ $commit->{files} } ],
        variables => $variables,
        changed   => $self->changed,
        differs   => sub ($ref) { $repository->differs($ref, $commit) },
        project   => $project->path,
        sha       => $commit->{sha},
        key       => "$commit->{tree} " . ($self->changed ? $commit->{sha} : '')
            . sha1_hex(encode_json([ map { [ $_, $variables->{$_} ] }
                grep { !/\ACI_(?:PIPELINE|COMMIT)_(?!SOURCE|BRANCH|TAG)/ } sort keys %$variables ])),
        blob => sub ($path) { $project->web_url . "/-/blob/$commit->{sha}/$path" },
        raw  => sub ($path) { $project->web_url . "/-/raw/$commit->{sha}/$path" },
    });
}

sub protected ($self) { return $self->project->is_protected($self->ref, $self->tag) }

# The paths that a push changed; undef: nobody can say.
sub changed ($self) {
    my $repository = $self->project->repository;
    my $parent     = $repository->commits->{ $self->before_sha } // return undef;

    return $repository->changed($parent, $self->commit);
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
    my @stages = ($POLICY_STAGES[0], @{ $self->config->stages }, $POLICY_STAGES[1]);
    my %stage  = map { $stages[$_] => $_ } 0 .. $#stages;
    my @jobs   = $self->latest_jobs;

    for my $job (grep { $_->status eq 'created' } @jobs) {
        my $needs  = $job->outcome->{needs};
        my %needed = map { $_->{job} => 1 } @{ $needs // [] };
        my @before = $needs ? grep { $needed{ $_->name } } @jobs
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

    my $parent = $self->parent;

    $parent->set_status($status) if $parent && $parent->{depends} && $ENDED{$status}
        && $parent->status eq 'running';
}

# Always well, whatever state it is in (lib/api/ci/pipelines.rb).
sub cancel ($self) {
    for my $job (grep { $_->alive } $self->latest_jobs) {
        $job->{downstream}->cancel if $job->{depends};
        $job->stop;
    }

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
        before_sha => $self->before_sha,
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

1;
