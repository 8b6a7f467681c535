# What a block may send.

use strict;
use warnings;

use Test::Nginx::Socket 'no_plan';

repeat_each(2);
no_long_string();
no_shuffle();

our $Config = <<'_CONFIG_';
    location = /method { return 200 "$request_method $request_uri $host"; }
    location = /header { return 200 "$http_x_one $http_x_two"; }
    location /body {
        client_body_buffer_size 1m;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1/echo;
        proxy_set_header Host mock;
    }
_CONFIG_

# hands back what it is sent
our $Echo = sub {
    my ($query) = @_;

    my ($body) = $query =~ /\r\n\r\n(.*)/s;

    $body //= '';

    return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n$body";
};

add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value(config => $Config) if !defined $block->config;
});

run_tests();

__DATA__

=== TEST 1: a method and a target
--- request
GET /method
--- response_body chomp
GET /method localhost



=== TEST 2: a version, comments and blank lines before it
--- request

# says hello

   PUT /method HTTP/1.0
--- response_body chomp
PUT /method localhost



=== TEST 3: headers
--- more_headers
X-One: a: b
X-Two:   c
Host: example.com
--- request
GET /header
--- response_body chomp
a: b c



=== TEST 4: headers by request
--- more_headers eval
["X-One: 1", "X-One: 2"]
--- request eval
["GET /header", "GET /header"]
--- response_body eval
["1 ", "2 "]



=== TEST 5: a body of any bytes
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval: $main::Echo
--- request eval
"POST /body\n" . pack 'C*', 0 .. 255
--- response_body eval
pack 'C*', 0 .. 255



=== TEST 6: blanks at the ends of a body are kept when its length is told
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval: $main::Echo
--- more_headers
Content-Length: 9
--- request eval
"POST /body\n\n\nhello\r\n"
--- response_body eval
"\n\nhello\r\n"



=== TEST 7: and are not otherwise
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval: $main::Echo
--- request eval
"POST /body\n\n\nhello\r\n"
--- response_body chomp
hello



=== TEST 8: a body in packets, with a pause
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval: $main::Echo
--- request eval
[["POST /body\nna", { value => "me=", delay_before => 0.3 }, "foo"]]
--- timeout: 0.2
--- response_body chomp
name=foo



=== TEST 9: a large body
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval
sub { "HTTP/1.0 200 OK\r\n\r\n" . ($_[0] =~ tr/x/x/) }
--- tcp_query_len eval
300_000 + length "POST /echo HTTP/1.0\r\nHost: mock\r\nConnection: close\r\n"
    . "Content-Length: 300000\r\n\r\n"
--- request eval
"POST /body\n" . "x" x 300_000
--- response_body chomp
300000



=== TEST 10: several requests in one connection
--- pipelined_requests eval
["PUT /method", "POST /method
name=foo", "GET /method"]
--- response_body eval
["PUT /method localhost", "POST /method localhost", "GET /method localhost"]



=== TEST 11: raw bytes, in packets
--- raw_request eval
["GET /meth", "od HTTP/1.1\r\nHost: ra", "w\r\nConnection: close\r\n\r\n"]
--- raw_request_middle_delay: 0.05
--- response_body chomp
GET /method raw



=== TEST 12: bytes that are no HTTP
--- raw_request eval
"\x00\xff\r\n\r\n"
--- error_code: 400



=== TEST 13: HTTP 0.9
--- raw_request eval
"GET /method\r\n"
--- http09
--- response_body chomp
GET /method localhost



=== TEST 14: the client gives up before an answer
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply: HTTP/1.0 200 OK
--- tcp_reply_delay: 1
--- request
GET /body
--- timeout: 50ms
--- abort
--- ignore_response
--- no_error_log
[error]



=== TEST 15: the client hangs up half
--- request
GET /method
--- shutdown: 1
--- ignore_response
--- error_log
GET /method
