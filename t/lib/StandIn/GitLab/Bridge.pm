package StandIn::GitLab::Bridge;

# A trigger job: no runner, another pipeline (app/services/ci/
# create_downstream_pipeline_service.rb). There is one project here, so that
# a trigger of another one fails as if it were not there.

use Mojo::Base -strict, -signatures;

use Encode qw(encode_utf8);
use Exporter 'import';
use Mojo::IOLoop;
use StandIn::GitLab::Pipeline;
use StandIn::GitLab::Yaml::Dump qw(yaml_dump);

our @EXPORT_OK = qw(bridge_entity bridge_run);

sub bridge_run ($job) {
    my $pipeline = $job->pipeline;
    my $project  = $pipeline->project;
    my $trigger  = $job->spec->{trigger};
    my %asks     = ref $trigger ? %$trigger : (project => $trigger);
    my %child    = (project => $project, user => $pipeline->user, parent => $job,
        variables => [ map { { %$_ } } @{ $job->spec->{variables} } ]);

    $job->set_status('running');

    if (exists $asks{include}) {
        return _fail($job, 'downstream_pipeline_creation_failed')
            if $pipeline->parent && $pipeline->parent->pipeline->parent;

        $child{source}  = 'parent_pipeline';
        $child{ref}     = ($pipeline->tag ? 'refs/tags/' : 'refs/heads/') . $pipeline->ref;
        $child{sha}     = $pipeline->commit->{sha};
        $child{content} = encode_utf8(yaml_dump({ include => $asks{include} }));

    } else {
        return _fail($job, 'downstream_bridge_project_not_found')
            if lc($asks{project} // '') ne lc $project->path;

        $child{source} = 'pipeline';
        $child{ref}    = $asks{branch} // $project->default_branch;
    }

    my $made = eval { StandIn::GitLab::Pipeline->create(%child) };

    if (!$made) {
        die $@ unless ref $@ && $@->isa('StandIn::GitLab::Refusal');
        return _fail($job, 'downstream_pipeline_creation_failed');
    }

    $job->{downstream} = $made;

    return $job->set_status('success') if ($asks{strategy} // '') !~ /\A(?:depend|mirror)\z/;

    $job->{depends} = 1;
}

sub _fail ($job, $reason) {
    $job->failure_reason($reason);
    $job->set_status('failed');
}

# As GET …/bridges shows it: a job without what a runner gives it.
sub bridge_entity ($job) {
    my $entity = $job->entity;
    my $made   = $job->{downstream};

    delete @{$entity}{qw(artifacts runner runner_manager artifacts_expire_at tag_list)};
    $entity->{downstream_pipeline} = $made ? { $made->basics } : undef;

    return $entity;
}

1;
