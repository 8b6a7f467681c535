package StandIn::GitLab::Lint;

# …/ci/lint (lib/api/lint.rb, lib/gitlab/ci/lint.rb).

use Mojo::Base -strict, -signatures;

use Encode qw(encode_utf8);
use Exporter 'import';
use Mojo::JSON qw(encode_json);
use StandIn::GitLab::Pipeline;
use StandIn::GitLab::Refusal qw(invalid not_found);
use StandIn::GitLab::Predefined qw(config_variables);
use StandIn::GitLab::Seed qw(seed_jobs);

our @EXPORT_OK = qw(lint_get lint_post);

sub _flag ($value) { return defined $value && "$value" =~ /\A(?:true|1|t|on|yes)\z/i }

sub lint_get ($request) {
    my ($project, $query) = @{$request}{qw(project query)};

    invalid('sha, content_ref are mutually exclusive')
        if defined $query->{sha} && defined $query->{content_ref};
    invalid('ref, dry_run_ref are mutually exclusive')
        if defined $query->{ref} && defined $query->{dry_run_ref};
    not_found('Repository') unless %{ $project->repository->branches };

    my $ref    = $query->{content_ref} // $query->{sha} // 'HEAD';
    my $commit = $project->repository->resolve($ref) // not_found('Commit');
    my $dry    = _flag($query->{dry_run});
    my $jobs   = _flag($query->{include_jobs});
    my $key    = join ' ', $commit->{sha}, $project->config_path, $jobs;
    my $answer = sub {
        return encode_json(_result($request, $commit,
            $project->repository->content($commit, $project->config_path),
            $dry ? $query->{dry_run_ref} // $query->{ref} // $project->default_branch : undef,
            $jobs));
    };

    return [ 200, $dry ? $answer->() : $project->{lint}{$key} //= $answer->() ];
}

sub lint_post ($request) {
    my ($project, $user, $params) = @{$request}{qw(project user params)};

    invalid('content is missing') unless defined $params->{content};
    invalid('content is invalid') if ref $params->{content};
    $project->require_access($user, 30);

    my $commit = $project->repository->resolve('HEAD') // not_found('Repository');

    return [ 200, encode_json(_result($request, $commit, encode_utf8($params->{content}),
        _flag($params->{dry_run}) ? $params->{ref} // $project->default_branch : undef,
        _flag($params->{include_jobs}))) ];
}

sub _result ($request, $commit, $bytes, $dry_ref, $include_jobs) {
    my ($project, $user, $app) = @{$request}{qw(project user app)};

    if (!defined $bytes || !length $bytes) {
        return { valid => $app->bool(0), merged_yaml => undef, warnings => [],
            errors => ['Please provide content of .gitlab-ci.yml'], includes => [],
            $include_jobs ? (jobs => []) : () };
    }

    # A static lint has no pipeline, so no source: include:rules see that.

    my ($ref, $kind, $sha) = $project->repository->find_ref(
        $dry_ref // $project->repository->ref_with($commit) // $project->default_branch);

    if (defined $dry_ref) {
        return { valid => $app->bool(0), merged_yaml => undef, warnings => [],
            errors => ['Reference not found'], includes => undef,
            $include_jobs ? (jobs => []) : () } unless defined $sha;
        $commit = $project->repository->commits->{$sha};
    }

    my $pipeline = StandIn::GitLab::Pipeline->new(project => $project,
        ref => $ref, tag => defined $dry_ref && $kind eq 'tag' ? 1 : 0, user => $user,
        source => defined $dry_ref ? 'push' : '', commit => $commit,
        created_at => $commit->{time});
    my $variables = config_variables($pipeline);

    delete $variables->{CI_PIPELINE_CREATED_AT};

    my $config = $pipeline->read_config($bytes, $variables);
    my @errors = @{ $config->errors };
    my @jobs   = map { [$_] } @{ $config->jobs };

    if (defined $dry_ref && !@errors) {
        $pipeline->config($config);
        @jobs = eval { seed_jobs($pipeline) };

        if ($@) {
            die $@ unless ref $@;
            @errors = @{ $@->{body}{message}{base} };
        }
    }

    return {
        valid => $app->bool(!@errors), errors => \@errors, warnings => $config->warnings,
        merged_yaml => $config->merged_yaml, includes => $config->includes,
        $include_jobs ? (jobs => [ map { _job($app, $_->[0]) } @jobs ]) : (),
    };
}

sub _job ($app, $job) {
    return {
        name => $job->{name}, stage => $job->{stage},
        before_script => $job->{before_script}, script => $job->{script},
        after_script  => $job->{after_script},
        tag_list => ref $job->{tags} ? $job->{tags} : [],
        only => $job->{only}, except => $job->{except},
        environment => ref $job->{environment} ? $job->{environment}{name} : $job->{environment},
        when => $job->{when} // 'on_success',
        allow_failure => $app->bool($job->{allow_failure}), needs => undef,
    };
}

1;
