package Test::Nginx::Server;

# The nginx under test: one at a time, a child of this process.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use Test::More ();
use Test::Nginx::Conf;
use Test::Nginx::Log;
use Test::Nginx::Process;
use Test::Nginx::Servroot;
use Test::Nginx::Util;

use constant {
    START_BOUND  => 10,
    RELOAD_BOUND => 10,
    QUIT_BOUND   => 5,
    # valgrind's share
    SLOW => 6,
};

my $begun = 0;
my $server;
my $text;
my $token = 0;
my $version;

sub binary { return Test::Nginx::Util::env('BINARY') // 'nginx' }

sub is_running {
    _look() if $begun;

    return defined $server && $server->is_alive;
}

# A test may stop nginx and start another in the same place: then that one is
# ours to stop.
sub _look {
    return if defined $server && $server->is_alive;

    my $pid = _pid_in_file();
    my $other = defined $pid && Test::Nginx::Process->adopt($pid);

    $server = $other if $other;

    return;
}

sub stderr_file { return server_root() . '/logs/stderr.log' }
sub pid_file    { return server_root() . '/logs/nginx.pid' }

# "1.22.1", and OpenSSL's, from `nginx -V`.
sub versions {
    if (!defined $version) {
        my $binary = binary();

        open(my $out, '-|', 'sh', '-c', 'exec "$0" -V 2>&1', $binary)
            or bail_out("cannot run $binary: $!");
        local ($/, $?);
        my $answer = <$out> // '';
        close $out;

        my ($nginx) = $answer =~ m{version: \S+/(\d+(?:\.\d+)+)}
            or bail_out("cannot learn the version of $binary: $answer");
        my ($openssl) =
            $answer =~ m{(?:built|running) with OpenSSL (\d\S*)};

        $version = { nginx => $nginx, openssl => $openssl };
    }

    return $version;
}

sub _command {
    my ($conf) = @_;

    my $root = server_root();

    # -e came with 1.19.5
    my @early = _number(versions()->{nginx}) >= _number('1.19.5')
        ? ('-e', "$root/logs/error.log") : ();

    return (_valgrind(), binary(), @early, '-p', "$root/", '-c', $conf);
}

sub _number { return sprintf '%d%03d%03d', split /\./, $_[0] }

sub _valgrind {
    my $options = Test::Nginx::Util::env('USE_VALGRIND') or return;

    $options = '--tool=memcheck --leak-check=full' if $options =~ /^\d+$/;

    return (
        qw(valgrind -q), split(' ', $options), '--gen-suppressions=all',
        -f 'valgrind.suppress' ? '--suppressions=valgrind.suppress' : (),
        '--log-file=' . server_root() . '/logs/valgrind.log',
    );
}

sub _bound {
    my ($seconds) = @_;

    return $seconds * (Test::Nginx::Util::env('USE_VALGRIND') ? SLOW : 1);
}

# What a sanitizer writes gets the name of the block.
sub _environment {
    my ($block) = @_;

    my %env;

    for my $name (qw(ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS)) {
        my $options = $ENV{$name} // next;
        my $test = $block->name =~ s/[^\w.-]+/-/gr;

        $options =~ s{(log_path=[^:]+)}{$1.$test};
        $env{$name} = $options;
    }

    my $preload = Test::Nginx::Util::env('LD_PRELOAD');

    $env{LD_PRELOAD} = $preload if defined $preload;

    return \%env;
}

sub _sanitizer_prefixes {
    my ($env) = @_;

    my %prefix = map { $_ => 1 } grep { defined && !/^std(?:out|err)\b/ }
        map { ($env->{$_} // '') =~ /log_path=["']?([^:"']+)/ } keys %$env;

    return sort keys %prefix;
}

# Makes the servroot and starts nginx in it. True: it runs; false: it exited
# (see status, stderr).
sub start {
    my ($block) = @_;

    $begun = 1;

    Test::Nginx::Servroot::make();
    _write_user_parts($block);

    $token++;
    $text = Test::Nginx::Conf::text($block, _token());
    my $conf = Test::Nginx::Servroot::write_conf($text);

    my $env = _environment($block);

    Test::Nginx::Log::begin(_sanitizer_prefixes($env));

    $server = Test::Nginx::Process->start(
        command => [_command($conf)],
        env     => $env,
        stderr  => stderr_file(),
    );

    my $up = Test::Nginx::Process::wait_until(_bound(START_BOUND),
        sub { !$server->is_alive || defined _pid_in_file() });

    if (!$up) {
        $server->stop('TERM', 2);
    }

    return $server->is_alive;
}

sub _write_user_parts {
    my ($block) = @_;

    Test::Nginx::Servroot::write_user_files($block);

    my $code = $block->post_setup_server_root;

    if (defined $code) {
        eval "package main; $code; 1"
            or bail_out($block->name . " - post_setup_server_root: $@");
    }

    return;
}

sub _token {
    return if !Test::Nginx::Util::is_hup();
    return "$$-$token";
}

# nginx writes it once its sockets listen.
sub _pid_in_file {
    open(my $file, '<', pid_file()) or return;

    return (<$file> // '') =~ /^(\d+)\n/ ? $1 : undef;
}

sub status { return $server->status }

sub stderr {
    open(my $file, '<', stderr_file()) or return '';
    local $/;

    return <$file> // '';
}

# True: what runs is what the block asks for.
sub is_unchanged {
    my ($block) = @_;

    return is_running() && defined $text
        && $text eq Test::Nginx::Conf::text($block, _token());
}

# A new configuration for the nginx that runs. Returns an error, or undef.
sub reload {
    my ($block) = @_;

    Test::Nginx::Servroot::renew_html();
    _write_user_parts($block);

    $token++;
    $text = Test::Nginx::Conf::text($block, _token());
    Test::Nginx::Servroot::write_conf($text);
    Test::Nginx::Log::begin_again();

    my %old = map { $_ => 1 } $server->children;
    my ($error, $alive);

    $server->signal('HUP') or return 'nginx is gone';

    my $done = Test::Nginx::Process::wait_until(_bound(RELOAD_BOUND), sub {
        $alive = $server->is_alive or return 1;
        $error = Test::Nginx::Log::emergency();

        return 1 if defined $error;
        return 0 if grep { $old{$_} && !_is_leaving($_) } $server->children;
        return (_ask_token() // '') eq _token();
    });

    return 'nginx has died' if !$alive;
    return $error           if defined $error;
    return $done ? undef : 'nginx did not reload';
}

# A worker closes its listening sockets when it takes this title.
sub _is_leaving {
    my ($pid) = @_;

    return (Test::Nginx::Process::title($pid) // 'shutting down')
        =~ /shutting down/;
}

sub _ask_token {
    my $socket = IO::Socket::INET->new(
        PeerAddr => server_addr(),
        PeerPort => server_port(),
        Timeout  => 1,
    ) or return;

    local $SIG{PIPE} = 'IGNORE';
    syswrite $socket,
        "GET /token HTTP/1.0\r\nHost: test-nginx-reload\r\n\r\n";

    my $select = IO::Select->new($socket);
    my $answer = '';

    while ($select->can_read(1)) {
        sysread($socket, $answer, 4096, length $answer) or last;
    }

    return $answer =~ /\r\n\r\n(.*)\z/s ? $1 : undef;
}

# Returns what went wrong on the way, or undef.
sub stop {
    return if !$begun || !Test::Nginx::Util::is_owner();

    my $dead = defined $server ? $server->trouble : undef;

    _look();

    return $dead if !defined $server;

    my $gentle = Test::Nginx::Util::env('FAST_SHUTDOWN') ? 'TERM' : 'QUIT';
    my $by = $server->stop($gentle, _bound(QUIT_BOUND));
    my $trouble = $server->trouble;

    undef $server;

    return $dead    if defined $dead;
    return $trouble if !defined $by || $by eq $gentle;

    Test::More::diag("nginx did not leave on SIG$gentle: SIG$by was sent");

    return;
}

# A test has stopped nginx itself, and means it.
sub forget { undef $server; return }

1;
