package Test::Nginx::Conf;

# nginx.conf of a block.

use strict;
use warnings;

use Test::Nginx::Util;

use constant ENVIRONMENT => qw(
    ASAN_OPTIONS DYLD_FORCE_FLAT_NAMESPACE DYLD_INSERT_LIBRARIES
    LD_LIBRARY_PATH LD_PRELOAD LSAN_OPTIONS MOCKEAGAIN MOCKEAGAIN_VERBOSE
    MOCKEAGAIN_WRITE_TIMEOUT_PATTERN MOCKNOEAGAIN MOCKNOEAGAIN_VERBOSE
    UBSAN_OPTIONS
);

# The text. `token` is answered by a server of its own: a reload has happened
# when the new one is.
sub text {
    my ($block, $token) = @_;

    my $root = server_root();

    my @main = (
        'worker_processes ' . workers() . ';',
        'daemon off;',
        'master_process ' . (master_process_enabled() ? 'on' : 'off') . ';',
        'error_log ' . _error_log($block) . ';',
        "pid $root/logs/nginx.pid;",
        _user(),
        (map { "env $_;" } ENVIRONMENT),
        (map { 'env ' . _quote($_) . ';' } Test::Nginx::Util::nginx_env()),
    );

    return join "\n",
        (map { "load_module $_;" }
            split ' ', Test::Nginx::Util::env('LOAD_MODULES') // ''),
        @main,
        _section($block, 'main_config'),
        'http {',
        _http($root),
        _section($block, 'http_config'),
        _server($block, $root),
        _token_server($token),
        '}',
        _section($block, 'post_main_config'),
        _events(),
        '';
}

sub _section {
    my ($block, $name) = @_;

    my $text = $block->$name;

    return '' if !defined $text;

    return expand_section($text, $block->name);
}

sub _error_log {
    my ($block) = @_;

    my $file = $block->error_log_file;
    my $level = $block->log_level;

    $file = server_root() . '/logs/error.log'
        if !defined $file || $file !~ /\S/;
    $level = log_level() if !defined $level || $level !~ /\S/;

    return trim($file) . ' ' . trim($level);
}

sub _user {
    my $user = Test::Nginx::Util::env('WORKER_USER');

    return "user $user;" if defined $user;
    return 'user root;'  if $> == 0;
    return;
}

sub _quote {
    my ($env) = @_;

    return $env =~ /[\s;{}'"]/ && $env !~ /^'.*'$/s ? "'$env'" : $env;
}

sub _http {
    my ($root) = @_;

    my $postpone = Test::Nginx::Util::env('POSTPONE_OUTPUT');

    return (
        "    access_log $root/logs/access.log;",
        (map { "    ${_}_temp_path $root/${_}_temp;" }
            qw(client_body proxy fastcgi uwsgi scgi)),
        '    default_type text/plain;',
        '    keepalive_timeout 68000ms;',
        defined $postpone ? "    postpone_output $postpone;" : (),
    );
}

sub _listen {
    my $reuse = Test::Nginx::Util::env('REUSE_PORT') ? ' reuseport' : '';

    return server_port() . $reuse;
}

sub _server {
    my ($block, $root) = @_;

    my $name = $block->server_name;

    $name = server_name() if !defined $name || $name !~ /\S/;
    $name = expand_section(trim($name), $block->name);

    my @location = !Test::Nginx::Util::has_root_location() ? () : (
        '    location / {',
        "        root $root/html;",
        '        index index.html index.htm;',
        '    }',
    );

    return (
        '    server {',
        '    listen ' . _listen() . ';',
        "    server_name '$name';",
        '    client_max_body_size 30M;',
        expand_section(config_preamble(), $block->name),
        _section($block, 'config'),
        @location,
        '    }',
    );
}

sub _token_server {
    my ($token) = @_;

    return if !defined $token;

    return (
        '    server {',
        '    listen ' . server_port() . ';',
        '    server_name test-nginx-reload;',
        '    access_log off;',
        "    location = /token { return 200 $token; }",
        '    }',
    );
}

sub _events {
    my $type = Test::Nginx::Util::env('EVENT_TYPE');

    return (
        'events {',
        defined $type ? "    use $type;" : (),
        '    accept_mutex off;',
        '    worker_connections ' . worker_connections() . ';',
        '}',
    );
}

1;
