# What an answer may be checked for.

use strict;
use warnings;

use Test::Nginx::Socket;

my $Checked = 0;

repeat_each(2);
no_shuffle();
no_long_string();

plan tests => repeat_each() * 42 + 1;

add_response_body_check(sub {
    my ($block, $body, $index, $repeat, $dry_run) = @_;

    $Checked++ if !$dry_run && $repeat < 2;
});

run_tests();

is($Checked, 2 * 13, 'the body of every answer was checked');

__DATA__

=== TEST 1: a status of 200 is expected when none is told
--- config
    location = /t { return 200 "hello\n"; }
--- request
GET /t
--- response_body
hello



=== TEST 2: another status
--- config
    location = /t { return 302 /elsewhere; }
--- request
GET /t
--- response_headers
Location: http://localhost:$ServerPort/elsewhere
--- error_code: 302



=== TEST 3: a status like a pattern
--- config
    location = /t { return 404; }
--- request
GET /t
--- error_code_like: ^40[1-5]$



=== TEST 4: headers that are there, empty, absent, or not to be there
--- config
    location = /t {
        add_header X-Twice a;
        add_header X-Twice b;
        return 200 ok;
    }
--- request
GET /t
--- response_headers
x-twice: a, b
Content-Type: text/plain
X-Empty:
!X-Absent
--- response_body chomp
ok



=== TEST 5: headers like patterns, which are anchored
--- config
    location = /t { return 200 ok; }
--- request
GET /t
--- response_headers_like
Server: nginx.*
Content-Length: \d
--- raw_response_headers_like: Content-Length: 2\r\n
--- raw_response_headers_unlike: Transfer-Encoding



=== TEST 6: a body like a pattern
--- config
    location = /t { return 200 "one\ntwo\n"; }
--- request
GET /t
--- response_body_like: one.two



=== TEST 7: a body unlike a pattern
--- config
    location = /t { return 200 "one\ntwo\n"; }
--- request
GET /t
--- response_body_unlike: three



=== TEST 8: lists for several requests
--- config
    location = /t { return 200 $arg_a; }
    location = /none { return 404 none; }
--- request eval
["GET /t?a=1", "GET /none"]
--- error_code eval
[200, 404]
--- response_headers eval
["Content-Length: 1", "Content-Length: 4\nContent-Type: text/plain"]
--- response_body eval
["1", qr/^no/]



=== TEST 9: no body for HEAD
--- config
    location = /t { return 200 "hello\n"; }
--- request
HEAD /t
--- response_headers
Content-Length: 6
--- response_body



=== TEST 10: chunks of any bytes
--- config
    location = /any { proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1; }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply eval
["HTTP/1.0 200 OK\r\n\r\n\x00\r\n", "0\r\n\r\n\xff there"]
--- request
GET /any
--- response_headers
Transfer-Encoding: chunked
--- response_body eval
"\x00\r\n0\r\n\r\n\xff there"



=== TEST 11: nginx hangs up without an answer
--- config
    location = /t { return 444; }
--- request
GET /t
--- error_code:
--- response_body



=== TEST 12: an answer that nobody looks at
--- config
    location = /t { return 500; }
--- request
GET /t
--- ignore_response
--- error_log
GET /t



=== TEST 13: filters before the body is checked
--- config
    location = /t { return 200 "hello"; }
--- request
GET /t
--- response_body_filters
uc md5_hex
--- response_body chomp
eb61eead90e3b899c6bcbe27ac581660



=== TEST 14: what is not run here, is counted
--- config
    location = /t { return 200 "hello"; }
--- request
GET /t
--- skip_nginx
2: > 1.0.0
--- response_body chomp
hello



=== TEST 15: code decides that it is not run
--- config
    location = /t { return 200 "hello"; }
--- request
GET /t
--- skip_eval: 2: 1
--- response_body chomp
hello
