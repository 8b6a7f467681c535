package StandIn::GitLab::Seed;

# The jobs that a pipeline to be would hold
# (lib/gitlab/ci/pipeline/chain/{evaluate_workflow_rules,seed,populate}.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Predefined qw(seed_variables workflow_variables);
use StandIn::GitLab::Refusal qw(refuse);
use StandIn::GitLab::Rules qw(job_outcome rule_of);

our @EXPORT_OK = qw(pipeline_refuse seed_jobs);

# `reason`: config_error is kept with the pipeline where there is one.
sub pipeline_refuse ($text, $reason = '') {
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;');

    $text =~ s/([&<>])/$entity{$1}/g;
    refuse(400, { message => { base => [$text] } }, $reason);
}

# [job, outcome] in the order of the configuration, or GitLab's refusal. With
# `chat`, a job's name, no other job is looked at.
sub seed_jobs ($pipeline, $chat = undef) {
    my $config  = $pipeline->config;
    my $context = _context($pipeline);

    _workflow($pipeline, $context);

    my (@seeds, @wrong);

    for my $job (grep { !defined $chat || $_->{name} eq $chat } @{ $config->jobs }) {
        my $outcome = eval { [ job_outcome($job, {
            %$context, variables => seed_variables($pipeline, $job) }) ] };

        if (!$outcome) {
            die $@ if ref $@ || $@ !~ /\Arule: (.*)\n\z/s;
            push @wrong, "Failed to parse rule for $job->{name}: $1";

        } elsif ($outcome->[0]) {
            push @seeds, [ $job, $outcome->[0] ];
        }
    }

    my %there = map { $_->[0]{name} => 1 } @seeds;

    for my $job (map { $_->[0] } @seeds) {
        push @wrong, map { "'$job->{name}' job needs '$_->{job}' job, but '$_->{job}'"
            . ' does not exist in the pipeline. This might be because of the only,'
            . ' except, or rules keywords. To need a job that sometimes does not'
            . ' exist in the pipeline, use needs:optional.' }
            grep { !$_->{optional} && !$there{ $_->{job} } } @{ $job->{needs} // [] };
    }

    pipeline_refuse(join("\n", @wrong), 'config_error') if @wrong;

    pipeline_refuse('The resulting pipeline would have been empty. Review the rules'
        . ' configuration for the relevant jobs.', 'filtered')
        unless grep { $_->[0]{stage} !~ /\A\.(?:pre|post)\z/ } @seeds;

    return @seeds;
}

sub _context ($pipeline) {
    my $project    = $pipeline->project;
    my $repository = $project->repository;
    my $commit     = $pipeline->commit;

    return {
        source => $pipeline->source, ref => $pipeline->ref, tag => $pipeline->tag,
        project => $project->path,
        files   => [ sort keys %{ $commit->{files} } ],
        changed => $pipeline->changed,
        differs => sub ($ref) { $repository->differs($ref, $commit) },
        files_of => sub ($path, $ref) {
            die "rule: rules:exists:project `$path` not found or access denied\n"
                if lc $path ne lc $project->path;

            my $other = $repository->resolve($ref // 'HEAD')
                // die "rule: rules:exists:ref `$ref` is not a valid ref in project `$path`\n";

            return [ sort keys %{ $other->{files} } ];
        },
    };
}

sub _workflow ($pipeline, $context) {
    my $workflow = $pipeline->config->workflow // return;
    my $rules    = $workflow->{rules} // return;

    my $rule = eval { rule_of($rules, {
        %$context, variables => workflow_variables($pipeline) }) };

    die $@ if $@ && $@ !~ /\Arule: /;

    pipeline_refuse('The pipeline did not run. Review the workflow:rules configuration'
        . ' for the pipeline.', 'filtered')
        if !$rule || ($rule->{when} // '') eq 'never';

    $pipeline->workflow_variables($rule->{variables} // []);
}

1;
