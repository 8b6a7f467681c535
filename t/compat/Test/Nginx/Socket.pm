package Test::Nginx::Socket;

# Runs test files in Test::Nginx's format where Test::Nginx itself is not
# installed. t/compat/README.md says what is supported.

use strict;
use warnings;

use Test::Base -base;

use List::Util ();
use Test::Nginx::Check;
use Test::Nginx::Client;
use Test::Nginx::Listener;
use Test::Nginx::Log;
use Test::Nginx::Request;
use Test::Nginx::Response;
use Test::Nginx::Server;
use Test::Nginx::Servroot;
use Test::Nginx::Skip;
use Test::Nginx::Util;
use Time::HiRes ();

our @EXPORT = qw(
    add_block_preprocessor add_cleanup_handler add_response_body_check
    add_test_cleanup_handler bail_out check_accum_error_log config_preamble
    env_to_nginx html_dir is_str log_level master_off master_on
    master_process_enabled no_long_string no_nginx_manager no_root_location
    no_shuffle plan repeat_each run_test run_tests server_addr server_name
    server_port server_port_for_client server_root timeout use_hup
    worker_connections workers
);

# what runs now: the block that nginx was started or reloaded for last
my $current;
my @listeners;

$SIG{$_} = \&_leave for qw(INT TERM);

sub _leave {
    my ($signal) = @_;

    # a child that a test file has forked keeps the default
    if (!Test::Nginx::Util::is_owner()) {
        $SIG{$signal} = 'DEFAULT';
        kill $signal, $$;
        return;
    }

    exit($signal eq 'INT' ? 130 : 143);
}

sub run_tests() {
    my @blocks = blocks();

    @blocks = List::Util::shuffle(@blocks) if Test::Nginx::Util::is_shuffled();

    run_test($_) for @blocks;

    _stop_server() if !Test::Nginx::Util::env('NO_CLEAN');

    return;
}

sub run_test($) {
    my ($block) = @_;

    $_->($block) for Test::Nginx::Util::block_preprocessors();

    $block->set_value(name => test_file() . ' ' . $block->name);

    my $failed = _count_failed();

    if (!Test::Nginx::Skip::skip($block)) {
        _run_block($block);
        Test::Nginx::Log::check_alarms($block)
            if Test::Nginx::Util::is_managed();
    }

    $_->($block) for Test::Nginx::Util::test_cleanups();

    Test::Nginx::Log::show_tail($block) if _count_failed() > $failed;

    return;
}

sub _count_failed {
    return scalar grep { !$_ } Test::More->builder->summary;
}

sub _run_block {
    my ($block) = @_;

    my $fresh = Test::Nginx::Util::is_managed() && _is_restart($block);

    if ($fresh && defined $block->must_die) {
        _run_must_die($block);
        return;
    }

    if ($fresh) {
        _begin_server($block) or return;

    } else {
        Test::Nginx::Log::begin_block();
    }

    if (defined $block->init) {
        my $code = $block->init;

        eval "package main; $code; 1"
            or bail_out($block->name . " - init failed: $@");
    }

    _run_requests($block, $_) for 0 .. repeat_each() - 1;

    return;
}

# A block without `config` uses the nginx of the block before it.
sub _is_restart {
    my ($block) = @_;

    if (!defined $block->config) {
        return 0 if Test::Nginx::Server::is_running();

        return bail_out($block->name . ' - no config, and no nginx runs');
    }

    my $forced = Test::Nginx::Util::env('FORCE_RESTART_ON_TEST') // 1;

    return $forced || !Test::Nginx::Server::is_unchanged($block);
}

sub _begin_server {
    my ($block) = @_;

    if (Test::Nginx::Util::is_hup() && Test::Nginx::Server::is_running()) {
        _skip_shutdown_log($current) if $current;
        $current = $block;

        return _reload_server($block);
    }

    _stop_server();
    $current = $block;

    return 1 if Test::Nginx::Server::start($block);

    my $stderr = Test::Nginx::Server::stderr();

    Test::More::diag($stderr) if length $stderr;
    bail_out($block->name . ' - Cannot start nginx (status code '
        . Test::Nginx::Server::status() . ").");

    return 0;
}

sub _reload_server {
    my ($block) = @_;

    my $error = Test::Nginx::Server::reload($block);

    return 1 if !defined $error || defined $block->reload_fails;

    Test::More::fail($block->name . " - nginx reload: $error");

    return 0;
}

# Stops nginx, and looks at what it has left behind.
sub _stop_server {
    my $block = $current or return;

    undef $current;

    my $trouble = Test::Nginx::Server::stop();
    my $name = $block->name;

    Test::More::fail("$name - nginx $trouble") if defined $trouble;
    Test::Nginx::Log::check_alarms($block);

    if (Test::Nginx::Util::is_hup()) {
        _skip_shutdown_log($block);

    } else {
        Test::Nginx::Log::check_shutdown($block);
    }

    return;
}

sub _skip_shutdown_log {
    my ($block) = @_;

    for my $section (qw(shutdown_error_log no_shutdown_error_log)) {
        for (Test::Nginx::Log::patterns(section($block, $section))) {
            Test::More->builder->skip($block->name
                . " - $section - tests skipped due to dry_run");
        }
    }

    return;
}

sub _run_must_die {
    my ($block) = @_;

    my $name = $block->name;
    my $expected = $block->must_die;

    for my $repeat (0 .. repeat_each() - 1) {
        _stop_server();
        $current = $block;

        if (Test::Nginx::Server::start($block)) {
            Test::More::fail("$name - nginx did not die");
            next;
        }

        my $status = Test::Nginx::Server::status();

        Test::Nginx::Server::forget();

        if (defined $expected && $expected =~ /\S/) {
            Test::More::is($status >> 8, trim($expected),
                "$name - die with the expected exit code");

        } else {
            Test::More::pass("$name - die as expected");
        }

        if (!defined $block->suppress_stderr && verbose()) {
            Test::More::diag(Test::Nginx::Server::stderr());
        }

        Test::Nginx::Log::check_error_log($block, $repeat);
    }

    return;
}

sub _run_requests {
    my ($block, $repeat) = @_;

    @listeners = Test::Nginx::Listener::start_all($block);

    my @connections = Test::Nginx::Request::connections($block);
    my $many = @connections > 1 || Test::Nginx::Request::is_pipelined($block);
    my $index = 0;

    for my $connection (@connections) {
        my $data = _exchange($block, $connection);

        for my $method (@{ $connection->{methods} }) {
            $data = _check_answer($block, $data, $method,
                { repeat => $repeat, index => $index++, many => $many });
        }
    }

    $_->check($block) for @listeners;
    $_->stop for splice @listeners;

    return;
}

sub _exchange {
    my ($block, $connection) = @_;

    my $timeout = $block->timeout;
    my $shutdown = $block->shutdown;

    if (defined $shutdown) {
        $shutdown = $shutdown =~ /\d/ ? trim($shutdown) : 1;
    }

    my $result = Test::Nginx::Client::exchange(
        address  => trim($block->server_addr_for_client // server_addr()),
        packets  => $connection->{packets},
        shutdown => $shutdown,
        timeout  => defined $timeout && $timeout =~ /\S/
            ? parse_time($timeout) : parse_time(timeout()),
    );

    my $error = $result->{error};

    if (defined $error && $error ne 'timeout') {
        Test::More::fail('ERROR: ' . $block->name . " - $error");

    } elsif (defined $error && !defined $block->abort) {
        Test::More::fail('ERROR: client socket timed out - ' . $block->name
            . "\n");
    }

    return $result->{data};
}

# Returns what is left for the next answer on the same connection.
sub _check_answer {
    my ($block, $data, $method, $at) = @_;

    my $rest = '';

    if (!defined $block->ignore_response) {
        my ($response, $error);

        ($response, $rest, $error) = Test::Nginx::Response::parse($data,
            $method, defined $block->http09);

        if (defined $error && !defined $response->{body}) {
            Test::More::fail($block->name . " - $error");

        } elsif (defined $error) {
            Test::More::diag($block->name . " - $error");
        }

        Test::Nginx::Check::response($block, $response, $at);
    }

    my $wait = $block->wait;

    Time::HiRes::sleep(parse_time($wait)) if defined $wait && $wait =~ /\S/;

    _skip_stap($block);

    if (Test::Nginx::Util::is_managed()) {
        Test::Nginx::Log::check_error_log($block, $at->{repeat});
        Test::Nginx::Log::check_access_log($block, $at->{repeat});
    }

    return $rest;
}

sub _skip_stap {
    my ($block) = @_;

    return if !defined $block->stap;

    for my $section (qw(stap_out stap_out_like stap_out_unlike)) {
        next if !defined $block->$section;

        Test::More->builder->skip($block->name . " - $section - tests skipped"
            . ' due to env TEST_NGINX_USE_STAP is not set');
    }

    return;
}

END {
    if (Test::Nginx::Util::is_owner()) {
        # waiting for children must not change how this file ends
        local ($?, $!, $@);

        Test::Nginx::Util::run_cleanups();
        $_->stop for splice @listeners;
        _clean() if !Test::Nginx::Util::env('NO_CLEAN');
    }
}

sub _clean {
    Test::Nginx::Server::stop();

    # many files, many folders: those of success are of no use
    if (Test::Nginx::Util::is_managed() && Test::Nginx::Util::is_random()
        && Test::More->builder->is_passing)
    {
        Test::Nginx::Servroot::remove();
    }

    return;
}

1;
