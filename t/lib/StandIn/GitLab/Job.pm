package StandIn::GitLab::Job;

# A job of a pipeline: its states and how the API shows it.

use Mojo::Base -base, -signatures;

use Mojo::IOLoop;
use Mojo::JSON  qw(encode_json);
use Time::HiRes qw(time);
use StandIn::GitLab::Chat::Notice qw(notice_of_job);
use StandIn::GitLab::Refusal qw(bad_request forbidden refuse);
use StandIn::GitLab::Trace;

has [qw(id pipeline spec outcome)];
has status     => 'created';
has [qw(created_at queued_at started_at finished_at failure_reason exit_code user)];
has extra_variables => sub { [] };
has retried    => 0;
has attempt    => 1;
has trace      => undef;
has [qw(hold_until held_length)];

my %ENDED = map { $_ => 1 } qw(success failed canceled skipped);
my %ALIVE = map { $_ => 1 }
    qw(created pending running manual scheduled waiting_for_resource);

sub name  ($self) { return $self->spec->{name} }
sub stage ($self) { return $self->spec->{stage} }
sub ended ($self) { return $ENDED{ $self->status } }
sub alive ($self) { return $ALIVE{ $self->status } }

sub project ($self) { return $self->pipeline->project }
sub app     ($self) { return $self->pipeline->project->app }

sub allow_failure ($self) {
    my $codes = $self->spec->{allow_failure_codes};

    return 1 if $codes && defined $self->exit_code
        && grep { $_ == $self->exit_code } @$codes;
    return $self->outcome->{allow_failure};
}

sub set_status ($self, $status) {
    return if $self->status eq $status;

    $self->status($status);

    my $now = time;

    $self->queued_at($now)   if $status eq 'pending';
    $self->started_at($now)  if $status eq 'running';
    $self->finished_at($now) if $ENDED{$status};
    delete $self->{encoded};

    notice_of_job($self)
        if $status =~ /\A(?:success|failed|canceled)\z/ && $self->pipeline->chat
        && !$self->spec->{bridge};

    $self->pipeline->job_changed;
}

# It is this job's turn.
sub enqueue ($self) {
    $self->set_status('pending');

    if ($self->spec->{bridge}) {
        Mojo::IOLoop->next_tick(sub {
            StandIn::GitLab::Bridge::bridge_run($self) if $self->status eq 'pending';
        });
        return;
    }

    $self->app->runner->add($self);
}

sub play ($self, $user, $variables) {
    $self->_require_run($user);

    bad_request('Unplayable Job') if $self->status !~ /\A(?:manual|scheduled)\z/;

    $self->user($user);
    $self->extra_variables($variables);
    $self->enqueue;
}

sub cancel ($self, $user) {
    $self->_require_run($user) if $user;

    refuse(422, { message => '422 Unprocessable Entity - Job is not cancelable' })
        unless $self->alive;

    $self->stop;
}

sub stop ($self) {
    if ($self->status eq 'running' && !$self->spec->{bridge}) {
        $self->set_status('canceling');
        $self->app->runner->kill_job($self);
        return;
    }

    $self->set_status('canceled');
}

sub retry ($self, $user) {
    $self->_require_run($user) if $user;

    forbidden('Job is not retryable')
        if $self->retried || $self->status !~ /\A(?:success|failed|canceled)\z/;

    return $self->pipeline->retry_job($self, $user);
}

sub _require_run ($self, $user) {
    my $project = $self->project;

    forbidden() if $project->access($user) < 30
        || !$project->can_run_on($user, $self->pipeline->ref, $self->pipeline->tag);
}

# The trace as a client gets it now.
sub visible_trace ($self) {
    my $trace = $self->trace // return '';
    my $text  = $trace->text;

    return substr $text, 0, $self->held_length
        if defined $self->hold_until && time < $self->hold_until;
    return $text;
}

sub web_url ($self) { return $self->project->web_url . '/-/jobs/' . $self->id }

sub encoded ($self) {
    return encode_json($self->entity) if $self->status eq 'running';
    return $self->{encoded} //= encode_json($self->entity);
}

sub entity ($self) {
    my $app      = $self->app;
    my $pipeline = $self->pipeline;
    my $project  = $pipeline->project;
    my $end      = $self->finished_at // time;
    my %reason   = $self->status eq 'failed'
        ? (failure_reason => $self->failure_reason) : ();

    return {
        id => $self->id, status => $self->status, stage => $self->stage,
        name => $self->name, ref => $pipeline->ref,
        tag => $app->bool($pipeline->tag), coverage => undef,
        allow_failure => $app->bool($self->allow_failure),
        created_at  => $app->time_text($self->created_at),
        started_at  => $app->time_text($self->started_at),
        finished_at => $app->time_text($self->finished_at),
        erased_at   => undef,
        duration    => $self->started_at ? 0 + sprintf('%.6f', $end - $self->started_at) : undef,
        queued_duration => $self->queued_at
            ? 0 + sprintf('%.6f', ($self->started_at // time) - $self->queued_at) : undef,
        user => $app->user_entity($self->user // $pipeline->user),
        commit => $app->commit_entity($project, $pipeline->commit),
        pipeline => { $pipeline->basics },
        %reason,
        web_url => $self->web_url,
        project => { ci_job_token_scope_enabled => $app->bool(0) },
        artifacts => $self->ended && $self->trace ? [ {
            file_type => 'trace', size => length $self->trace->text,
            filename => 'job.log', file_format => undef } ] : [],
        runner => $self->started_at ? $app->runner->entity : undef,
        runner_manager => undef, artifacts_expire_at => undef, archived => $app->bool(0),
        tag_list => [ map { "$_" } @{ ref $self->spec->{tags} ? $self->spec->{tags} : [] } ],
    };
}

1;
