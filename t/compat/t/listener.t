# Servers that a block brings with it.

use strict;
use warnings;

use Test::Nginx::Socket;

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

repeat_each(2);
no_shuffle();
no_long_string();

plan tests => repeat_each() * 15;

run_tests();

__DATA__

=== TEST 1: an answer in pieces, and what was asked
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_set_header Host mock;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval
["HTTP/1.0 200 OK\r\n", "\r\nfoo"]
--- tcp_query eval
"GET /t HTTP/1.0\r\nHost: mock\r\nConnection: close\r\n\r\n"
--- tcp_query_len: 50
--- request
GET /t
--- response_body chomp
foo



=== TEST 2: code answers
--- config
    location = /t { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval
sub {
    my ($query) = @_;

    return "HTTP/1.0 201 Created\r\n\r\n" . ($query =~ /^(\w+)/)[0];
}
--- tcp_query eval
qr/^POST/
--- request
POST /t
--- error_code: 201
--- response_body chomp
POST



=== TEST 3: an answer that comes late
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_read_timeout 100ms;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply_delay: 400ms
--- tcp_reply: x
--- request
GET /t
--- error_code: 504
--- error_log
upstream timed out



=== TEST 4: a connection that stays open
--- config
    location = /t {
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        proxy_read_timeout 100ms;
    }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_no_close
--- tcp_reply eval
"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nfoo"
--- request
GET /t
--- ignore_response
--- error_log
upstream timed out



=== TEST 5: a connection that does not write
--- config
    location = /t { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_shutdown: 1
--- tcp_reply: HTTP/1.0 200 OK
--- request
GET /t
--- error_code: 502
--- error_log
upstream prematurely closed connection



=== TEST 6: a socket file
--- config
    location = /t {
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/mock.sock:/;
    }
--- tcp_listen eval: "$ENV{TEST_NGINX_HTML_DIR}/mock.sock"
--- tcp_reply eval
"HTTP/1.0 200 OK\r\n\r\nfoo"
--- request
GET /t
--- response_body chomp
foo



=== TEST 7: datagrams
--- main_config
--- config
    location = /t { return 200; }
    access_log syslog:server=127.0.0.1:$TEST_NGINX_RAND_PORT_2,tag=mock;
--- udp_listen: $TEST_NGINX_RAND_PORT_2
--- udp_reply: ignored
--- udp_query eval
qr{mock: .*GET /t}
--- request
GET /t
--- ignore_response
