# What the logs may be checked for.

use strict;
use warnings;

use Test::Nginx::Socket;

repeat_each(2);
no_shuffle();
no_long_string();

plan tests => repeat_each() * 33 + 3;

run_tests();

__DATA__

=== TEST 1: words, and patterns
--- config
    location = /t { proxy_pass http://127.0.0.1:1; }
--- request
GET /t?a=1
--- error_code: 502
--- error_log eval
["[error]", qr/connect\(\) failed .* "GET \/t/, "a=1"]
--- no_error_log eval
["[alert]", qr/a=\D/]



=== TEST 2: one word a line
--- config
    location = /t { return 200; }
--- request
GET /t
--- error_log
http request line: "GET /t
http finalize request
--- no_error_log
[error]
[crit]



=== TEST 3: an answer has its own lines
--- config
    location = /t { return 200; }
--- request eval
["GET /t?a=1", "GET /t?a=2"]
--- grep_error_log eval
qr/http args: "a=\d"/
--- grep_error_log_out eval
[qq{http args: "a=1"\n}, qq{http args: "a=1"\n}]
--- skip_eval: 4: 1



=== TEST 4: matches are put together, the first of each line
--- config
    location = /t { return 200; }
--- request
GET /t?a=1&a=2
--- grep_error_log eval
qr/args: "a=(1)|(?<=args: "a=1&)a=2/
--- grep_error_log_out
args: "a=1



=== TEST 5: a level by block
--- log_level: error
--- config
    location = /t { return 200; }
--- request
GET /t
--- no_error_log
[debug]
[info]



=== TEST 6: the access log
--- config
    location = /t { return 204; }
--- request
GET /t
--- error_code: 204
--- access_log eval
qr{"GET /t HTTP/1.1" 204}
--- no_access_log
POST



=== TEST 7: when nginx leaves
--- config
    location = /t { return 200; }
--- request
GET /t
--- shutdown_error_log eval
["SIGQUIT", qr/\bexit$/]
--- no_shutdown_error_log
exited on signal



=== TEST 8: lines that come later are waited for
--- config
    location = /t {
        return 200;
        access_log $TEST_NGINX_SERVER_ROOT/logs/access.log combined
            buffer=4k flush=100ms;
    }
--- request
GET /t
--- wait: 0.3
--- access_log
GET /t HTTP



=== TEST 9: a configuration that nginx refuses
--- config
    location = /t { return a b c; }
--- request
GET /t
--- must_die
--- suppress_stderr
--- error_log
invalid number of arguments in "return" directive
--- no_error_log
[alert]



=== TEST 10: and how it leaves
--- main_config
    no_such_directive;
--- config
--- must_die: 1
--- suppress_stderr
--- error_log eval
qr/\[emerg\].*unknown directive "no_such_directive"/



=== TEST 11: nginx starts again after that
--- config
    location = /t { return 200 ok; }
--- request
GET /t
--- response_body chomp
ok
