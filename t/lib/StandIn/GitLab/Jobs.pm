package StandIn::GitLab::Jobs;

# …/jobs (lib/api/ci/jobs.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Pipelines qw(variables_of);
use StandIn::GitLab::Refusal qw(forbidden invalid);

our @EXPORT_OK = qw(job_cancel job_get job_play job_retry job_trace);

sub _job ($request) {
    my $id = $request->{path_of}{job_id};

    invalid('job_id is invalid') if $id !~ /\A\d+\z/;

    return $request->{project}->jobs->{$id}
        // StandIn::GitLab::Project::not_found_record();
}

sub job_get ($request) { return [ 200, _job($request)->encoded ] }

sub job_trace ($request) {
    my $job = _job($request);

    return [ 200, $job->visible_trace, {
        'Content-Type' => 'text/plain',
        'Content-Disposition' => 'infile; filename="' . $job->id . '.log"',
    } ];
}

sub job_play ($request) {
    my $job  = _job($request);
    my $list = $request->{params}{job_variables_attributes};
    my $variables = variables_of($list, 'job_variables_attributes');

    $request->{project}->require_access($request->{user}, 30);
    forbidden() if @$variables
        && !$request->{project}->can_set_variables($request->{user});
    $job->play($request->{user}, $variables);

    return [ 200, $job->encoded ];
}

sub job_cancel ($request) {
    my $job = _job($request);

    $job->cancel($request->{user});

    return [ 201, $job->encoded ];
}

sub job_retry ($request) {
    return [ 201, _job($request)->retry($request->{user})->encoded ];
}

1;
