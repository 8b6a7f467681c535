package Test::ChatOps::Nginx;

# The processes of the nginx that Test::Nginx has started, by its pid file.

use strict;
use warnings;

use Exporter 'import';
use POSIX ();
use Test::ChatOps::Words qw(await slurp);
use Time::HiRes 'sleep';

our @EXPORT_OK = qw(master_pid worker_pids reload kill_workers restart stop);


sub master_pid {
    my ($pid) = slurp("$ENV{TEST_NGINX_SERVROOT}/logs/nginx.pid")
                =~ /\A(\d+)/;
    return $pid;
}


sub worker_pids {
    my ($master) = @_;

    my @workers;

    for my $file (glob '/proc/[0-9]*/stat') {
        push @workers, $1
            if slurp($file) =~ /\A(\d+) \(.*\) \S $master /s;
    }

    return @workers;
}


# A zombie is none, whose parent forgot it.
sub alive {
    my ($pid) = @_;

    return slurp("/proc/$pid/stat") =~ /\A\d+ \(.*\) [^ZX] /s;
}


sub reload { return kill 'HUP', master_pid() }


sub kill_workers { return kill 'KILL', worker_pids(master_pid()) }


# As if the machine had lost its power.
sub restart {
    my $pid = master_pid();

    kill 'KILL', $pid, worker_pids($pid);
    sleep 0.1;
    unlink "$ENV{TEST_NGINX_SERVROOT}/logs/nginx.pid";

    # a runner that looks after its child must not miss it

    waitpid $pid, POSIX::WNOHANG();
    Test::Nginx::Server::forget() if Test::Nginx::Server->can('forget');

    # in the background of itself, unless the runner keeps it in front

    my $started = fork // die "fork: $!\n";

    if ($started == 0) {
        exec $ENV{TEST_NGINX_BINARY} || 'nginx',
            '-p', "$ENV{TEST_NGINX_SERVROOT}/",
            '-c', "$ENV{TEST_NGINX_SERVROOT}/conf/nginx.conf"
            or POSIX::_exit(127);
    }

    my $up = await(10, sub { my $new = master_pid(); $new && alive($new) });

    waitpid $started, POSIX::WNOHANG();

    return $up;
}


# 0 when it had to be killed.
sub stop {
    my $pid = master_pid();

    return 1 if !$pid || $ENV{TEST_NGINX_USE_HUP}
                || $ENV{TEST_NGINX_USE_VALGRIND};

    my @workers = worker_pids($pid);
    my $ended = 1;

    kill 'TERM', $pid;

    if (!await(5, sub { !alive($pid) })) {
        kill 'KILL', @workers, $pid;
        $ended = 0;
    }

    unlink "$ENV{TEST_NGINX_SERVROOT}/logs/nginx.pid";

    return $ended;
}


1;
