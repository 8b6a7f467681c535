package StandIn::GitLab::Config::Parallel;

# parallel: one job becomes several, with GitLab's names, and who needs it
# needs them all (lib/gitlab/ci/config/normalizer).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Config::Entry qw(is_string);

our @EXPORT_OK = qw(check_parallel parallel_jobs);

use constant LIMIT => 200;

# { number } or { matrix: [[ [key, value], ... ], ...] } or undef.
sub check_parallel ($parallel, $at, $problem, $bridge = 0) {
    return undef unless defined $parallel;

    if (!ref $parallel && !is_string($parallel)) {
        $problem->("$at:parallel config cannot use \"parallel: <number>\".") if $bridge;
        $problem->("$at:parallel config must be greater than or equal to 1") if $parallel < 1;
        $problem->("$at:parallel config must be less than or equal to 200")
            if $parallel > LIMIT;
        return { number => $parallel };
    }

    if (ref $parallel ne 'HASH') {
        $problem->("$at:parallel should be an integer or a hash");
        return undef;
    }

    my @unknown = grep { $_ ne 'matrix' } keys %$parallel;

    $problem->("$at:parallel config contains unknown keys: " . join ', ', @unknown) if @unknown;

    my $matrix = $parallel->{matrix};

    if (ref $matrix ne 'ARRAY' || grep { ref ne 'HASH' } @$matrix) {
        $problem->(exists $parallel->{matrix}
            ? "$at:parallel:matrix config should be an array of hashes"
            : "$at:parallel config missing required keys: matrix");
        return undef;
    }

    my @sets = map { _product($_, $at, $problem) } @$matrix;

    $problem->("$at:parallel:matrix config generates too many jobs (maximum is 200)")
        if @sets > LIMIT;

    return { matrix => \@sets };
}

sub _product ($row, $at, $problem) {
    my @sets = ([]);

    for my $key (keys %$row) {
        my @values = ref $row->{$key} eq 'ARRAY' ? @{ $row->{$key} } : $row->{$key};

        if (grep { !defined || ref } @values) {
            $problem->("$at:parallel:matrix:variables config should be a hash of key"
                . ' value pairs, value can be an array');
            return;
        }

        @sets = map { my $set = $_; map { [ @$set, [ $key, "$_" ] ] } @values } @sets;
        last if @sets > LIMIT;
    }

    $problem->("$at:parallel:matrix:variables config requires at least 1 items") unless %$row;

    return @sets;
}

sub _instances ($name, $parallel) {
    if (my $number = $parallel->{number}) {
        return map { { name => "$name $_/$number", variables => [] } } 1 .. $number;
    }

    return map { { name => "$name: [" . join(', ', map { $_->[1] } @$_) . ']',
        variables => $_ } } @{ $parallel->{matrix} };
}

# The jobs as the pipeline has them.
sub parallel_jobs (@jobs) {
    my %instances = map { $_->{name} => [ _instances($_->{name}, $_->{parallel}) ] }
        grep { $_->{parallel} } @jobs;
    my @normal;

    for my $job (@jobs) {
        my %job = %$job;

        $job{needs} = [ map { _needed($_, \%instances) } @{ $job->{needs} } ]
            if $job->{needs};
        $job{dependencies} = [ map { my $name = $_;
            $instances{$name} ? map { $_->{name} } @{ $instances{$name} } : $name
        } @{ $job->{dependencies} } ] if ref $job->{dependencies} eq 'ARRAY';

        if (!$job->{parallel}) {
            push @normal, \%job;
            next;
        }

        my @all = @{ $instances{ $job->{name} } };

        for my $n (1 .. @all) {
            my %value = map { @$_ } @{ $all[ $n - 1 ]{variables} };
            my @kept  = grep { !exists $value{ $_->{key} } } @{ $job->{variables} };

            push @normal, { %job, name => $all[ $n - 1 ]{name}, group => $job->{name},
                instance => $n, total => scalar @all,
                variables => [ @kept, map { {
                    key => $_->[0], value => $_->[1], raw => 0 }
                } @{ $all[ $n - 1 ]{variables} } ] };
        }
    }

    return @normal;
}

sub _needed ($need, $instances) {
    my $all  = $instances->{ $need->{job} } // return $need;
    my %only = map { $_ => 1 } $need->{parallel} ? map { $_->{name} }
        _instances($need->{job}, check_parallel($need->{parallel}, '', sub ($) { }) // {}) : ();

    return map { { job => $_->{name}, optional => $need->{optional} } }
        grep { !%only || $only{ $_->{name} } } @$all;
}

1;
