package StandIn::GitLab::Predefined;

# The variables that a pipeline and its jobs have, in the order of precedence,
# the strongest last (lib/gitlab/ci/variables/builder.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use Time::HiRes qw(time);
use StandIn::GitLab::Glob qw(expand_all);
use StandIn::GitLab::Variables qw(variables_as_hash);

our @EXPORT_OK = qw(config_variables job_variables seed_variables
    workflow_variables);

sub _list (@pairs) {
    my @list;

    while (@pairs) {
        my ($key, $value) = splice @pairs, 0, 2;
        push @list, { key => $key, value => "$value", raw => 0 } if defined $value;
    }

    return @list;
}

# lib/gitlab/utils.rb: slugify
sub _slug ($text) {
    return substr(lc($text) =~ s/[^a-z0-9]/-/gr, 0, 63) =~ s/\A-+|-+\z//gr;
}

sub _group ($name) {
    return $name =~ s/(?:[\s:]*\[.*\]|[\s:]*\d+[\s:\/\\]+\d+){1,3}\s*\z//sr;
}

# What reading the configuration may use: include and its rules.
sub config_variables ($pipeline) {
    return variables_as_hash(_of_project($pipeline), _of_pipeline($pipeline),
        _given($pipeline));
}

sub workflow_variables ($pipeline) {
    return variables_as_hash(_list(CI_NODE_TOTAL => 1), _of_project($pipeline),
        _of_pipeline($pipeline), @{ $pipeline->config->variables },
        _of_user($pipeline), _given($pipeline));
}

# What a job's rules may use.
sub seed_variables ($pipeline, $job) {
    my @yaml = _yaml($pipeline, $job);
    my $all  = sub ($environment) {
        return variables_as_hash(_of_job($pipeline, $job, $environment),
            _of_project($pipeline), _of_pipeline($pipeline), @yaml,
            _of_user($pipeline), _given($pipeline));
    };
    my $environment = _environment($job);

    return $all->(defined $environment ? expand_all($environment, $all->(undef)) : undef);
}

# All that a job gets.
sub job_variables ($pipeline, $job) {
    my $spec = $job->spec;
    my $app  = $pipeline->project->app;
    my @yaml = (_yaml($pipeline, $spec), @{ $job->outcome->{variables} // [] });
    my $environment = _environment($spec);

    $environment = expand_all($environment, variables_as_hash(
        _of_project($pipeline), _of_pipeline($pipeline), @yaml)) if defined $environment;

    return (
        _of_job($pipeline, $spec, $environment), _of_project($pipeline),
        _of_pipeline($pipeline),
        _list(CI_JOB_ID => $job->id, CI_JOB_URL => $job->web_url,
            CI_JOB_TOKEN => "glcbt-$job->{id}",
            CI_JOB_STARTED_AT => $app->time_text(time),
            CI_RUNNER_ID => 1, CI_RUNNER_DESCRIPTION => 'stand-in'),
        @yaml, _of_user($pipeline),
        (map { { %$_, value => $_->{value} // '' } } _given($pipeline)),
        @{ $job->extra_variables });
}

sub _environment ($spec) {
    my $environment = $spec->{environment};
    return ref $environment ? $environment->{name} : $environment;
}

sub _yaml ($pipeline, $spec) {
    return ((grep { $spec->{inherits}->('variables', $_->{key}) }
        @{ $pipeline->config->variables }, @{ $pipeline->workflow_variables }),
        @{ $spec->{variables} });
}

# Settings of the project, then what the pipeline was given.
sub _given ($pipeline) {
    my $protected = $pipeline->protected;

    return ((grep { !$_->{protected} || $protected } @{ $pipeline->project->variables }),
        @{ $pipeline->variables });
}

sub _of_user ($pipeline) {
    my $user = $pipeline->user;

    return _list(
        GITLAB_USER_ID => $user->{id}, GITLAB_USER_EMAIL => "$user->{username}\@example.com",
        GITLAB_USER_LOGIN => $user->{username}, GITLAB_USER_NAME => $user->{name});
}

sub _of_job ($pipeline, $spec, $environment) {
    my $actionable = ($spec->{when} // '') =~ /\A(?:manual|delayed)\z/;

    return _list(
        CI_JOB_NAME => $spec->{name}, CI_JOB_NAME_SLUG => _slug($spec->{name}),
        CI_JOB_GROUP_NAME => _group($spec->{name}), CI_JOB_STAGE => $spec->{stage},
        CI_JOB_MANUAL => $actionable ? 'true' : undef,
        CI_NODE_INDEX => $spec->{instance}, CI_NODE_TOTAL => $spec->{total} // 1,
        CI_ENVIRONMENT_NAME => $environment,
        CI_ENVIRONMENT_ACTION => !defined $environment ? undef
            : ref $spec->{environment} ? $spec->{environment}{action} // 'start' : 'start');
}

sub _of_project ($pipeline) {
    my $project = $pipeline->project;
    my $app     = $project->app;
    my ($namespace, $name) = $project->path =~ m{\A(.+)/([^/]+)\z};
    my ($host) = $app->external_url =~ m{\Ahttps?://([^/:]+)};

    return _list(
        CI => 'true', GITLAB_CI => 'true', CI_SERVER => 'yes',
        CI_SERVER_NAME => 'GitLab', CI_SERVER_URL => $app->external_url,
        CI_SERVER_HOST => $host, CI_API_V4_URL => $app->external_url . '/api/v4',
        CI_PROJECT_ID => $project->id, CI_PROJECT_NAME => $name,
        CI_PROJECT_TITLE => $name, CI_PROJECT_ROOT_NAMESPACE => $namespace =~ s{/.*}{}r,
        CI_PROJECT_PATH => $project->path, CI_PROJECT_NAMESPACE => $namespace,
        CI_PROJECT_PATH_SLUG => _slug($project->path),
        CI_PROJECT_URL => $project->web_url, CI_PROJECT_VISIBILITY => 'private',
        CI_DEFAULT_BRANCH => $project->default_branch,
        CI_CONFIG_PATH => $project->config_path);
}

sub _of_pipeline ($pipeline) {
    my ($project, $commit) = ($pipeline->project, $pipeline->commit);
    my ($title, $rest) = $commit->{message} =~ /\A([^\n]*)\n*(.*)\z/s;

    return _list(
        $pipeline->id ? (CI_PIPELINE_ID => $pipeline->id, CI_PIPELINE_IID => $pipeline->iid,
            CI_PIPELINE_URL => $pipeline->web_url) : (),
        CI_PIPELINE_SOURCE => $pipeline->source,
        CI_PIPELINE_CREATED_AT => $project->app->time_text($pipeline->created_at),
        CI_COMMIT_SHA => $commit->{sha},
        CI_COMMIT_SHORT_SHA => substr($commit->{sha}, 0, 8),
        CI_COMMIT_BEFORE_SHA => $pipeline->before_sha,
        CI_COMMIT_REF_NAME => $pipeline->ref, CI_COMMIT_REF_SLUG => _slug($pipeline->ref),
        CI_COMMIT_BRANCH => $pipeline->tag ? undef : $pipeline->ref,
        CI_COMMIT_TAG => $pipeline->tag ? $pipeline->ref : undef,
        CI_COMMIT_MESSAGE => $commit->{message}, CI_COMMIT_TITLE => $title,
        CI_COMMIT_DESCRIPTION => $rest,
        CI_COMMIT_AUTHOR => "$commit->{name} <$commit->{email}>",
        CI_COMMIT_REF_PROTECTED => $pipeline->protected ? 'true' : 'false');
}

1;
