use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: GET
--- request
GET /chatops
--- error_code: 405
--- runs: 0



=== TEST 2: PUT
--- request
PUT /chatops
text=x
--- error_code: 405



=== TEST 3: JSON is no form
--- slack_body: {"text":"run hello-world"}
--- content_type: application/json
--- error_code: 415
--- runs: 0



=== TEST 4: no content type that only begins like it
--- slack: /gitlab run hello-world
--- content_type: application/x-www-form-urlencodedx
--- error_code: 415



=== TEST 5: a charset behind the content type is fine
--- slack: /gitlab help
--- content_type: application/x-www-form-urlencoded; charset=utf-8
--- answer_like: ^Type



=== TEST 6: too large
--- chatops
chatops_max_body 2k;
--- slack_text eval: "/gitlab run hello-world " . "x" x 3000
--- error_code: 413
--- runs: 0



=== TEST 7: too large, and its length is not said
--- chatops
chatops_max_body 2k;
--- raw_request eval
"POST /chatops HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
. "Content-Type: application/x-www-form-urlencoded\r\n"
. "Transfer-Encoding: chunked\r\n\r\n"
. sprintf("%x\r\n", 3000) . "x" x 3000 . "\r\n0\r\n\r\n"
--- error_code: 413



=== TEST 8: no signature
--- slack: /gitlab run hello-world
--- signature: missing
--- error_code: 401
--- response_body: {"error":"invalid request"}
--- error_log
chatops: unauthorized: there is no X-Slack-Signature header
--- runs: 0
--- posts: 0
--- pipelines: 0



=== TEST 9: no timestamp
--- slack: /gitlab run hello-world
--- signature: missing_timestamp
--- error_code: 401
--- error_log
chatops: unauthorized: there is no X-Slack-Request-Timestamp header
--- runs: 0
--- pipelines: 0



=== TEST 10: an empty signature
--- slack: /gitlab run hello-world
--- signature: empty
--- error_code: 401
--- response_body: {"error":"invalid request"}
--- runs: 0
--- pipelines: 0



=== TEST 11: a malformed signature
--- slack: /gitlab run hello-world
--- signature: malformed
--- error_code: 401
--- error_log
chatops: unauthorized: the signature is malformed
--- runs: 0
--- pipelines: 0



=== TEST 12: a signature without its version
--- slack: /gitlab run hello-world
--- signature: no_prefix
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 13: a signature in capitals
--- slack: /gitlab run hello-world
--- signature: uppercase
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 14: a signature that is cut off
--- slack: /gitlab run hello-world
--- signature: truncated
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 15: a signature by another secret
--- slack: /gitlab run hello-world
--- signature: wrong
--- error_code: 401
--- error_log
chatops: unauthorized: the signature does not match
--- runs: 0
--- pipelines: 0



=== TEST 16: a signature of another body
--- slack: /gitlab run hello-world
--- signature: body_changed
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 17: a timestamp that is five minutes old
--- slack: /gitlab run hello-world
--- signature: stale
--- error_code: 401
--- error_log
chatops: unauthorized: the timestamp is more than five minutes off
--- runs: 0
--- pipelines: 0



=== TEST 18: a timestamp that is five minutes ahead
--- slack: /gitlab run hello-world
--- signature: future
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 19: clocks may differ
--- slack: /gitlab help
--- signature: almost_stale
--- answer_like: ^Type



=== TEST 20: in both directions
--- slack: /gitlab help
--- signature: almost_future
--- answer_like: ^Type



=== TEST 21: a timestamp that is no number
--- slack: /gitlab run hello-world
--- signature: not_a_number
--- error_code: 401
--- error_log
chatops: unauthorized: the timestamp is malformed
--- runs: 0
--- pipelines: 0



=== TEST 22: two signatures are none
--- slack: /gitlab run hello-world
--- more_headers
X-Slack-Signature: v0=0000000000000000000000000000000000000000000000000000000000000000
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 23: the secret before a rotation is good where it is still listed
--- config
location = /chatops {
    chatops                      slack;
    chatops_signing_secret_file  $TEST_NGINX_CHATOPS_DIR/signing_secret
                                 $TEST_NGINX_CHATOPS_DIR/signing_secret.old;
    chatops_gitlab               http://127.0.0.1:$TEST_NGINX_GITLAB_PORT;
    chatops_gitlab_token_file    $TEST_NGINX_CHATOPS_DIR/gitlab_token;
    chatops_gitlab_location      /gitlab-api;
    chatops_project              ops/infra;
    chatops_users_file           $TEST_NGINX_CHATOPS_DIR/users;
    chatops_response_hosts       http://127.0.0.1:$TEST_NGINX_SLACK_PORT;
}
--- http_config
chatops_zone chatops:8m;
chatops_store sqlite:$TEST_NGINX_CHATOPS_DIR/store/runs.db;
--- slack: /gitlab help
--- signature: old_secret
--- answer_like: ^Type



=== TEST 24: and bad where it is not
--- slack: /gitlab help
--- signature: old_secret
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 25: a replay is refused, byte for byte the same as it is
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- then
replay
--- then_like
^401 - \{"error":"invalid request"\}$
--- error_log
chatops: unauthorized: the signature has been used before
--- runs: 1
--- posts: 1
--- pipelines: 1



=== TEST 26: a replay of what has been refused is refused too
--- slack: /gitlab help
--- then
replay
replay
--- then_like
^401 -
^401 -



=== TEST 27: after a reload it is still known
--- slack: /gitlab help
--- then
reload
wait 0.5
replay
--- then_like
^401 -



=== TEST 28: after a new start the store knows the command
--- slack: /gitlab run hello-world
--- then
wait for posts 1
restart
replay
--- then_like
^401 - \{"error":"invalid request"\}$
--- runs: 1
--- posts: 1
--- no_error_log
[emerg]



=== TEST 29: ssl_check, signed
--- slack_body: ssl_check=1&token=random
--- response_body:
--- runs: 0



=== TEST 30: ssl_check, not signed
--- slack_body: ssl_check=1&token=random
--- signature: missing
--- error_code: 401
--- runs: 0
--- pipelines: 0



=== TEST 31: ssl_check with a command in it does nothing
--- slack: /gitlab run hello-world
--- form
ssl_check=1
--- response_body:
--- runs: 0
--- pipelines: 0



=== TEST 32: a percent sign that is no escape
--- slack_body: team_id=T0001&text=%zz
--- error_code: 400
--- response_body_like: ^\{"error":"[^"]+"\}$
--- error_log
chatops: bad request:
--- runs: 0
--- pipelines: 0



=== TEST 33: bytes that are no UTF-8
--- slack_body: team_id=T0001&text=%ff%fe
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 34: a NUL
--- slack_body: team_id=T0001&text=%00
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 35: an empty body
--- slack_body:
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 36: no user
--- slack: /gitlab run hello-world
--- form
user_id
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 37: no response_url
--- slack: /gitlab run hello-world
--- form
response_url
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 38: no trigger_id
--- slack: /gitlab run hello-world
--- form
trigger_id
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 39: a response_url that leads elsewhere
--- slack: /gitlab run hello-world
--- form
response_url=http://169.254.169.254/latest/meta-data/
--- error_code: 400
--- response_body: {"error":"response_url is not allowed"}
--- runs: 0
--- pipelines: 0



=== TEST 40: a response_url that only begins like it should
--- slack: /gitlab run hello-world
--- form eval: "response_url=http://127.0.0.1:$ENV{TEST_NGINX_SLACK_PORT}.evil.example/x"
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 41: a response_url with a name in front
--- slack: /gitlab run hello-world
--- form eval: "response_url=http://127.0.0.1:$ENV{TEST_NGINX_SLACK_PORT}\@evil.example/x"
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 42: without chatops_response_hosts it is Slack alone
--- config
location = /chatops {
    chatops                      slack;
    chatops_signing_secret_file  $TEST_NGINX_CHATOPS_DIR/signing_secret;
    chatops_gitlab               http://127.0.0.1:$TEST_NGINX_GITLAB_PORT;
    chatops_gitlab_token_file    $TEST_NGINX_CHATOPS_DIR/gitlab_token;
    chatops_gitlab_location      /gitlab-api;
    chatops_project              ops/infra;
    chatops_users_file           $TEST_NGINX_CHATOPS_DIR/users;
}
--- http_config
chatops_zone chatops:8m;
chatops_store sqlite:$TEST_NGINX_CHATOPS_DIR/store/runs.db;
--- slack: /gitlab help
--- error_code: 400
--- runs: 0
--- pipelines: 0



=== TEST 43: a body that nginx has spooled to a file
--- http_config
client_body_buffer_size 1k;
--- ci
count:
  script:
    - printf '%s' "${#CHAT_INPUT}" > "$JOB_WRITES"
--- slack_text eval: "/gitlab run count " . "0123456789" x 1200
--- answer_like: ^`count` is scheduled
--- job_wrote chomp
12000
--- error_log
a client request body is buffered to a temporary file



=== TEST 44: text that is too long for a command
--- slack_text eval: "/gitlab run hello-world " . "x" x 20_000
--- error_code: 400
--- response_body: {"error":"text is too long"}
--- runs: 0
--- pipelines: 0



=== TEST 45: fields that are not known, and one that comes twice
--- slack: /gitlab help
--- form
aaa=1
command=/gitlab
text_=run hello-world
--- answer_like: ^Type



=== TEST 46: Slack hangs up in the middle: the run goes on
--- gitlab
GET /projects/ops%2Finfra/ci/lint => after 1s
--- then
hang up 0.3 /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- pipelines: 1
--- branches: main
