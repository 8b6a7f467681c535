package StandIn::GitLab::Config::Link;

# What jobs say of each other: stages, needs, dependencies
# (lib/gitlab/ci/yaml_processor.rb). The first thing wrong is all that is said.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Config::Merge qw(ci_stop);

our @EXPORT_OK = qw(check_links);

sub check_links ($stages, $jobs) {
    my %stage;

    $stage{ $stages->[$_] } //= $_ for 0 .. $#$stages;

    my %job = map { $_->{name} => $_ } @$jobs;

    for my $job (@$jobs) {
        my $name = $job->{name};

        ci_stop("$name job: chosen stage $job->{stage} does not exist; "
            . 'available stages are ' . join ', ', @$stages)
            unless exists $stage{ $job->{stage} };

        my $link = sub ($kind, $other, $optional) {
            my $found = $job{$other};

            return if !$found && $optional;
            ci_stop("$name job: undefined $kind: $other") unless $found;
            ci_stop("$name job: $kind $other is not defined in current or prior stages")
                unless ($stage{ $found->{stage} } // 1e9) <= $stage{ $job->{stage} };
        };

        $link->('dependency', $_, 0)
            for ref $job->{dependencies} eq 'ARRAY' ? @{ $job->{dependencies} } : ();

        for my $needs ($job->{needs}, map { $_->{needs} } @{ $job->{rules} // [] }) {
            my (%seen, @twice);

            for my $need (@{ $needs // [] }) {
                $link->('need', $need->{job}, $need->{optional});
                push @twice, $need->{job} if ++$seen{ $need->{job} } == 2;
            }

            ci_stop("$name has the following needs duplicated: " . join(', ', @twice) . '.')
                if @twice;
        }

        _check_on_stop($job, \%job);
    }

    my %state;

    _check_circle($_, \%job, \%state) for @$jobs;
}

sub _check_on_stop ($job, $job_of) {
    my $environment = $job->{environment};
    my $on_stop     = ref $environment eq 'HASH' ? $environment->{on_stop} : undef;

    return unless defined $on_stop;

    my $other = $job_of->{$on_stop}
        // ci_stop("$job->{name} job: on_stop job $on_stop is not defined");
    my $its = $other->{environment};

    ci_stop("$job->{name} job: on_stop job $on_stop does not have environment defined")
        unless defined $its;
    ci_stop("$job->{name} job: on_stop job $on_stop have different environment name")
        if (ref $its ? $its->{name} : $its) ne $environment->{name};
    ci_stop("$job->{name} job: on_stop job $on_stop needs to have action stop defined")
        if !ref $its || ($its->{action} // '') ne 'stop';
}

sub _check_circle ($job, $job_of, $state) {
    my $name = $job->{name};

    return if ($state->{$name} // '') eq 'done';
    ci_stop("The pipeline has circular dependencies: topological sort failed: [\"$name\"]")
        if $state->{$name};

    $state->{$name} = 'open';

    for my $need (@{ $job->{needs} // [] }) {
        ci_stop("The pipeline has circular dependencies: self-dependency: $name")
            if $need->{job} eq $name;
        _check_circle($job_of->{ $need->{job} }, $job_of, $state)
            if $job_of->{ $need->{job} };
    }

    $state->{$name} = 'done';
}

1;
