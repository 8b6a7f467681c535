package Test::Nginx::Process;

# A program of ours, started and stopped by its own pid. Nothing here waits for
# a fixed time: it looks again until a bound is reached.

use strict;
use warnings;

use POSIX ();
use Time::HiRes ();

# Looks every few milliseconds; true: `$done` came true within the bound.
sub wait_until {
    my ($seconds, $done) = @_;

    my $end = Time::HiRes::time() + $seconds;
    my $pause = 0.001;

    while (!$done->()) {
        return 0 if Time::HiRes::time() >= $end;

        Time::HiRes::sleep($pause);
        $pause *= 1.5 if $pause < 0.02;
    }

    return 1;
}

# `command` is a list, `env` is laid over the environment, `stderr` a file.
sub start {
    my ($class, %arg) = @_;

    my $pid = fork();

    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        _become(%arg);
    }

    return bless { pid => $pid, owner => $$, leads => 1 }, $class;
}

# A child of this process that someone else has started; undef: it is none.
sub adopt {
    my ($class, $pid) = @_;

    return if !grep { $_ == $pid } children({ pid => $$ });
    return bless { pid => $pid, owner => $$ }, $class;
}

sub _become {
    my (%arg) = @_;

    $SIG{$_} = 'DEFAULT' for qw(CHLD HUP INT PIPE QUIT TERM USR1 USR2 WINCH);
    local %ENV = (%ENV, %{ $arg{env} || {} });

    # not of our terminal: a Ctrl-C is answered by us
    POSIX::setsid();

    if (open(STDIN, '<', '/dev/null')
        && open(STDOUT, '>', '/dev/null')
        && open(STDERR, '>>', $arg{stderr}))
    {
        no warnings 'exec';
        exec { $arg{command}[0] } @{ $arg{command} };
        print STDERR "cannot run $arg{command}[0]: $!\n";
    }

    POSIX::_exit(127);
}

sub pid { return $_[0]{pid} }

sub signal {
    my ($self, $signal) = @_;

    return 0 if $$ != $self->{owner} || !$self->is_alive;

    return kill $signal, $self->{pid};
}

sub is_alive {
    my ($self) = @_;

    return 0 if defined $self->{status};

    if ($$ != $self->{owner}) {
        return kill 0, $self->{pid};
    }

    local ($?, $!);
    my $got = waitpid($self->{pid}, POSIX::WNOHANG());

    return 1 if $got == 0;

    # -1: someone else has waited for it
    $self->{status} = $got == $self->{pid} ? $? : 0;

    # a parent that fails leaves its children behind
    if ($self->{leads} && $self->{status}) {
        kill 'KILL', -$self->{pid};
    }

    return 0;
}

# As in $?; undef: alive.
sub status {
    my ($self) = @_;

    return $self->is_alive ? undef : $self->{status};
}

# "exited with 1", "died on signal 11", or undef when all is well.
sub trouble {
    my ($self) = @_;

    my $status = $self->status;

    return if !$status;

    return 'died on signal ' . ($status & 127) if $status & 127;
    return 'exited with ' . ($status >> 8);
}

# `$gentle` first, then TERM, then KILL, of all its children too. Returns the
# signal that did it; undef: it was gone already.
sub stop {
    my ($self, $gentle, $seconds) = @_;

    return if $$ != $self->{owner} || !$self->is_alive;

    for my $step ([$gentle, $seconds], ['TERM', 2], ['KILL', 5]) {
        my ($signal, $bound) = @$step;
        my @family = $signal eq 'KILL' ? $self->children : ();

        kill $signal, $self->{pid}, @family;

        return $signal if wait_until($bound, sub { !$self->is_alive });
    }

    return 'KILL';
}

# The pids of its children now.
sub children {
    my ($self) = @_;

    my @children;

    opendir(my $proc, '/proc') or return;

    for my $pid (grep { /^\d+$/ } readdir $proc) {
        open(my $stat, '<', "/proc/$pid/stat") or next;
        my $line = <$stat> // next;

        # the name, in parentheses, may hold anything
        my ($state, $parent) = $line =~ /.*\) (\S) (\d+)/ or next;

        push @children, $pid if $parent == $self->{pid} && $state ne 'Z';
    }

    return @children;
}

sub title {
    my ($pid) = @_;

    open(my $file, '<', "/proc/$pid/cmdline") or return;
    local $/;

    return <$file>;
}

1;
