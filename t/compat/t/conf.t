# What nginx.conf may be made of.

use strict;
use warnings;

use Test::Nginx::Socket 'no_plan';

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();
$ENV{TEST_NGINX_WORD} = 'word';
$ENV{CONF_T} = 'given';

no_shuffle();
no_long_string();
no_root_location();
workers(2);
master_on();
worker_connections(128);
log_level('info');
server_name('conf.example');
env_to_nginx('CONF_T', 'CONF_T_SET=1');

run_tests();

is(worker_connections(), 128, 'settings can be asked for');

__DATA__

=== TEST 1: all the places
--- main_config
    worker_shutdown_timeout 5s;
--- http_config
    map $arg_a $mapped { default "mapped $TEST_NGINX_WORD"; }
--- config
    location / { return 200 "$mapped $server_name $TEST_NGINX_SERVER_PORT"; }
--- post_main_config
    # $TEST_NGINX_WORD
--- request
GET /
--- response_body_like chomp
^mapped word conf.example \d+$
--- error_log
start worker process
--- no_error_log
[debug]



=== TEST 2: a server name by block
--- server_name: block.example
--- config
    location / { return 200 "$host $server_name"; }
--- request
GET /
--- response_body chomp
conf.example block.example



=== TEST 3: a block without a configuration has that of the one before
--- request
GET /anything
--- response_body chomp
conf.example block.example



=== TEST 4: files, with a time
--- config
    location / { root $TEST_NGINX_HTML_DIR; }
--- user_files
>>> a.txt 199801171935.33
a $TEST_NGINX_WORD
>>> folder/b.txt
b
--- request eval
["GET /a.txt", "GET /folder/b.txt"]
--- response_headers eval
["Last-Modified: Sat, 17 Jan 1998 19:35:33 GMT", "Content-Length: 2"]
--- response_body eval
["a word\n", "b\n"]



=== TEST 5: files of any bytes
--- config
    location / { root $TEST_NGINX_SERVER_ROOT/html; }
--- user_files eval
[["x" => "\x00\xff\n\n", '200001010000.00']]
--- request
GET /x
--- response_headers
Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT
--- response_body eval
"\x00\xff\n\n"



=== TEST 6: the root is made anew for each block
--- config
    location / { root $TEST_NGINX_SERVER_ROOT/html; }
--- request
GET /x
--- error_code: 404



=== TEST 7: a free port stays the same in a file
--- http_config
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location / { return 200 "$server_port"; }
    }
--- config
    location / { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
    location = /tell { return 200 "$TEST_NGINX_RAND_PORT_1$TEST_NGINX_RAND_PORT_1"; }
--- request eval
["GET /", "GET /tell"]
--- response_body_like eval
[qr/^\d+$/, qr/^(\d+)\1$/]



=== TEST 8: code before the requests, and in the root before nginx starts
--- config
    location / { root $TEST_NGINX_SERVER_ROOT/html; }
--- post_setup_server_root
    open my $out, '>', html_dir() . '/early' or die $!;
    print {$out} -e server_root() . '/logs/nginx.pid' ? 'late' : 'early';
    close $out;
--- init
    open my $out, '>', html_dir() . '/init' or die $!;
    print {$out} -e server_root() . '/logs/nginx.pid' ? 'late' : 'early';
    close $out;
--- request eval
["GET /early", "GET /init"]
--- response_body eval
["early", "late"]
