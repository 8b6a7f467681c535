use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a true chat pipeline of that job alone, as the person
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- ci
hello-world:
  only: [chat]
  script:
    - echo "Hello World."

also-from-chat:
  only: [chat]
  script: echo no

pushed:
  script: echo no
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled: <http://127\.0\.0\.1:\d+/ops/infra/-/jobs/\d+\|job \d+>\. It runs native, as GitLab's own slash command: `CHAT_CHANNEL` is the channel's id\. Its output comes here when it has finished\.$
--- answer_type: in_channel
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- reply_state: posted
--- run_strategy: native
--- cleanup: none
--- branches: main
--- pipelines_made
chat main success alice: hello-world
--- job_status: success
--- callbacks: 1
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/pipeline
POST /projects/ops%2Finfra/repository/commits



=== TEST 2: what the job sees
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- ci
show:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - printf '%s|%s|%s|%s|%s|%s|%s|%s' "$CHAT_INPUT" "$CHAT_CHANNEL" "$CHAT_USER_ID" "$CHAT_JOB" "$CHAT_RUN_ID" "$CI_PIPELINE_SOURCE" "$CI_COMMIT_BRANCH" "$GITLAB_USER_LOGIN" > "$JOB_WRITES"
--- slack_text eval: "/gitlab run show web  & \$SECRET <x> 'y' \"z\" \xe2\x80\x9cq\xe2\x80\x9d \n second "
--- run_state: finished
--- run_strategy: native
--- job_wrote eval: "web  & \$SECRET <x> 'y' \"z\" \xe2\x80\x9cq\xe2\x80\x9d \n second |C0001|U0001|||chat|main|alice"



=== TEST 3: GitLab's links as Markdown
--- integration: slack markdown
--- protected: none
--- chatops: chatops_trigger native isolated;
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled: 
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_strategy: native



=== TEST 4: a job that fails
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- ci
fail:
  script:
    - echo "first"; echo "last"; exit 3
--- slack: /gitlab run fail
--- channel_like: ^<@U0001>: `fail` failed \(script failure\), see <http://127\.0\.0\.1:\d+/ops/infra/-/jobs/\d+\|job \d+>\. .*last
--- posts: 1
--- run_state: finished



=== TEST 5: a job that waits to be started by hand
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- ci
restart:
  when: manual
  script: echo done
--- slack: /gitlab run restart
--- answer_like: ^<@U0001>: `restart` waits to be started by hand: 
--- then
wait for watching
play
--- channel: <@U0001>: done
--- run_state: finished



=== TEST 6: who is not known to GitLab gets its link, and to confirm another one
--- integration: slack
--- chat_users
--- protected: none
--- chatops: chatops_trigger native isolated;
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not know yet who you are; nothing was started\. Please connect your chat account with your GitLab account within ten minutes, then send the command again\. \S+ <http://127\.0\.0\.1:\d+/-/profile/chat_names/new\?token=\w+\|go on in GitLab>$
--- answer_type: ephemeral
--- then
connect 17
/gitlab run hello-world
confirm
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab wants to know that the command is yours; nothing was started\. Please confirm it within three minutes, then send the command again\. \S+ <http://127\.0\.0\.1:\d+/ops/infra/-/integrations/slash_commands\?[^|]+\|go on in GitLab>$
^200 in_channel `hello-world` is scheduled: 
--- run_state: refused finished
--- posts: 1
--- pipelines_made: chat main success alice: hello-world
--- callbacks: 2



=== TEST 7: a link that does not lead to the host of chatops_gitlab
--- integration: slack
--- chat_users
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"external_url":"https://gitlab.example.com"}
--- slack: /gitlab run hello-world
--- answer: GitLab does not know yet who you are; nothing was started. Its link to connect your account does not lead to the host of `chatops_gitlab`, so that it is not passed on. Please tell whoever runs this nginx.
--- run_state: refused
--- reply_state: posted
--- pipelines: 0



=== TEST 8: the link comes as a message when Slack has been answered before
--- integration: slack
--- chat_users
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_ack_timeout    200ms;
            chatops_poll_interval  100ms;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => after 1s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- channel_like: ^GitLab does not know yet who you are; .*<http://127\.0\.0\.1:\d+/-/profile/chat_names/new\?token=\w+\|go on in GitLab>$
--- channel_type: ephemeral
--- posts: 1
--- run_state: refused
--- reply_state: posted



=== TEST 9: GitLab does not allow it, and no other way is taken
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"response_type":"ephemeral","status":200,"text":"You are not allowed to perform the given chatops command. Most\nlikely you do not have access to the GitLab project for this chatops\nintegration.\n\nThe GitLab project for this chatops integration can be found at\nhttps://gitlab.example.com/ops/infra.\n"}
--- slack: /gitlab run hello-world
--- answer: GitLab does not allow you to run jobs of ops/infra from chat; nothing was started. Please ask one of its maintainers.
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- branches: main



=== TEST 10: the account is linked with a GitLab user who may not
--- integration: slack
--- chat_users: T0001/U0001 18
--- protected: none
--- chatops: chatops_trigger native isolated;
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not allow you to run jobs of ops/infra from chat; nothing was started\.
--- pipelines: 0



=== TEST 11: a deactivated account
--- integration: slack
--- chat_users: T0001/U0001 19
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"users":{"19":{"state":"deactivated"}}}
--- slack: /gitlab run hello-world
--- answer: Your GitLab account is deactivated; nothing was started. Please log in to GitLab with a browser, which activates it, and send the command again.
--- run_state: refused
--- pipelines: 0



=== TEST 12: GitLab does not schedule it
--- integration: slack
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"project":{"protected_branches":[{"name":"main","push":40,"merge":40}]}}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab did not schedule `hello-world` and does not say why; nothing was started\. You may have no right to run pipelines on the protected branch main,
--- run_state: refused
--- pipelines: 0
--- branches: main



=== TEST 13: GitLab keeps a pipeline without the job
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"project":{"moves":{"files":{"README.md":"x"},"message":"[skip ci]"}}}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab made no job of `hello-world`\. It may have kept a pipeline as skipped or failed: .* \S+ <http://127\.0\.0\.1:\d+/ops/infra/-/pipelines\|go on in GitLab>$
--- run_state: refused
--- pipelines_made: chat main skipped alice



=== TEST 14: another token, or the integration is switched off
--- gitlab_set: {"integrations":{"slack_slash_commands":{"token":"another"}}}
--- chatops
            chatops_trigger            native isolated;
            chatops_native_token_file  $TEST_NGINX_CHATOPS_DIR/native_token;
            chatops_callback_url       http://127.0.0.1:1/nowhere;
--- slack: /gitlab run hello-world
--- answer: GitLab does not take slash commands from this service (404); nothing was started. Please tell whoever runs this nginx: the integration of ops/infra is not active, or its token is not the one of `chatops_native_token_file`.
--- run_state: refused
--- pipelines: 0
--- branches: main
--- error_log
GitLab's slash command answers: no-integration (status 404)



=== TEST 15: switched off
--- gitlab_set: {"integrations":{"slack_slash_commands":{"token":"native-8f1d2a90c6e74b35","active":false}}}
--- chatops
            chatops_trigger            native isolated;
            chatops_native_token_file  $TEST_NGINX_CHATOPS_DIR/native_token;
            chatops_callback_url       http://127.0.0.1:1/nowhere;
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab does not take slash commands from this service \(404\)
--- pipelines: 0



=== TEST 16: each answer that is clear is told
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 429 Retry later {Retry-After: 7}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"text":":sweat_smile: Couldn't identify you, nor can I authorize you!"}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"text":"404 not found! GitLab couldn't find what you were looking for! :boom:"}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"text":"The action was not successful, because:\n- <!channel> it is late\n"}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 400 {"error":"token is missing"}
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab does not know who you are, and gives no link to connect your account; nothing was started\.
^200 ephemeral GitLab does not find ops/infra for you; nothing was started\.$
^200 ephemeral GitLab refused the command: - &lt;!channel&gt; it is late; nothing was started\.$
^200 ephemeral GitLab refused when it was asked to run the job \(status 400: token is missing\); nothing was started\.$
--- run_state: refused
--- pipelines: 0
--- posts: 0



=== TEST 17: what GitLab does not understand is run the next way
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"text":"The specified command is not valid.\n\n*Available commands*\n"}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled: 
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- run_strategy: isolated
--- pipelines_made: api chatops/ID success: hello-world
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
POST /projects/ops%2Finfra/pipeline x1



=== TEST 18: the connection closes without an answer
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => drop
--- slack: /gitlab run hello-world
--- answer_like: ^<@U0001>: `hello-world` may or may not have been started: GitLab gave no clear answer, and nothing is sent again\. Before you run it once more, look at <http://127\.0\.0\.1:\d+/ops/infra/-/pipelines\|the project's pipelines> \(run `\w{26}`\)\.$
--- run_state: ambiguous
--- reply_state: posted
--- pipelines: 0
--- posts: 0
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1



=== TEST 19: done, but the answer is lost: ambiguous, and asked once
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_gitlab_timeout  1s;
            chatops_poll_interval   100ms;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => drop_after
--- slack: /gitlab run hello-world
--- answer_like: ^<@U0001>: `hello-world` may or may not have been started: 
--- then
wait 3
--- run_state: ambiguous
--- reply_state: posted
--- pipelines: 1
--- posts: 0
--- callbacks: 1
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/pipeline



=== TEST 20: answers that make no sense are ambiguous, each asked for once
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 <html><h1>Sign in</h1></html> {Content-Type: text/html}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"response_type":"in_channel","status":200,"text":""}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 200 {"text":"Your ChatOps job has been created!"}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 302 <a href="/users/sign_in">redirected</a> {Location: http://127.0.0.1:1/}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 500 {"message":"500 Internal Server Error"}
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => 504 <html>504</html>
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => truncate
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => garbage
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
may or may not have been started
may or may not have been started
may or may not have been started
may or may not have been started
may or may not have been started
may or may not have been started
may or may not have been started
may or may not have been started
--- run_state: ambiguous
--- runs: 8
--- posts: 0
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x8



=== TEST 21: a worker dies while GitLab is asked: never again
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_ack_timeout     200ms;
            chatops_gitlab_timeout  1s;
            chatops_poll_interval   100ms;
--- gitlab
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger => late 60s
--- then
/gitlab run hello-world
wait for call POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger
kill worker
--- then_like
^200 ephemeral GitLab takes its time
--- channel_like: ^<@U0001>: `hello-world` may or may not have been started: 
--- within: 30
--- error_log
exited on signal 9
--- no_error_log
[crit]
--- run_state: ambiguous
--- reply_state: posted
--- posts: 1
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/pipeline



=== TEST 22: a worker dies after GitLab has named the job: it is followed
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_ack_timeout     200ms;
            chatops_poll_interval   100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/* => hang
--- then
/gitlab run hello-world
wait for call GET /projects/ops%2Finfra/jobs/*
kill worker
--- then_like
^200 ephemeral GitLab takes its time
--- error_log
exited on signal 9
--- no_error_log
[crit]
--- channel_like: ^<@U0001>: Hello World\.
--- within: 40
--- run_state: finished
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1



=== TEST 23: the job cannot be asked for at first
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_poll_interval   100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/* => 500 {"message":"500 Internal Server Error"} x2
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- channel: <@U0001>: Hello World.
--- within: 30
--- run_state: finished
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1



=== TEST 24: another user than the one who was checked: canceled, and told
--- integration: slack
--- chat_users: T0001/U0001 19
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"runner":{"pickup_delay_ms":3000}}
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` was not let run: your chat account is connected with another GitLab user in GitLab than in this nginx\. Its pipeline was canceled; the job may have begun\. .* See <http://127\.0\.0\.1:\d+/ops/infra/-/jobs/\d+\|job \d+>\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- posts: 0
--- pipelines_made: chat main canceled maria: hello-world
--- error_log
as user 19, and not "hello-world" as user 17
--- gitlab_calls
POST /projects/ops%2Finfra/pipelines/*/cancel x1



=== TEST 25: the pipeline of another user is canceled in the end
--- integration: slack
--- chat_users: T0001/U0001 19
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"runner":{"pickup_delay_ms":60000}}
--- gitlab
POST /projects/ops%2Finfra/pipelines/*/cancel => 500 {"message":"500 Internal Server Error"} x2
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- channel_like: ^`hello-world` was not let run: .* Its pipeline was canceled;
--- channel_type: ephemeral
--- within: 30
--- run_state: refused
--- job_status: canceled
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
POST /projects/ops%2Finfra/pipelines/*/cancel x3



=== TEST 26: the pipeline of another user may not be canceled
--- integration: slack
--- chat_users: T0001/U0001 19
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"runner":{"pickup_delay_ms":60000}}
--- gitlab
POST /projects/ops%2Finfra/pipelines/*/cancel => 403 {"message":"403 Forbidden"}
--- slack: /gitlab run hello-world
--- answer_like: Its pipeline could not be canceled: please do that by hand\.
--- run_state: refused
--- error_log
its pipeline was not canceled (outcome 0, status 403)



=== TEST 27: a callback is taken for its run alone, and only as GitLab sends it
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- gitlab_set: {"runner":{"pickup_delay_ms":60000}}
--- slack: /gitlab run hello-world
--- then
wait for watching
callback foreign
callback guessed
callback upper
callback short
callback long
callback nothing
callback alone
callback argument
callback GET good
callback PUT good
callback 70000 good
callback good
callback 60000 good
callback good
--- then_like
^404
^404
^404
^404
^404
^404
^404
^404
^404
^404
^404
^200
^200
^200
--- run_state: watching
--- posts: 0



=== TEST 28: a callback makes the run due at once
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_poll_interval  60s;
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- within: 5
--- posts: 1
--- callbacks: 1
--- run_state: finished



=== TEST 29: without the callback the run is polled as any other
--- protected: none
--- gitlab_set: {"integrations":{"slack_slash_commands":{"token":"native-8f1d2a90c6e74b35"}},"chat_names":[{"team_id":"T0001","chat_id":"U0001","user":17,"verified":"slack_slash_commands"}]}
--- chatops
            chatops_trigger            native isolated;
            chatops_native_token_file  $TEST_NGINX_CHATOPS_DIR/native_token;
            chatops_callback_url       http://127.0.0.1:1/nowhere;
            chatops_poll_interval  100ms;
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished



=== TEST 30: repeated when all is over it does nothing
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- slack: /gitlab run hello-world
--- then
wait for posts 1
wait for finished
callback good
callback good
wait 1
--- then_like
^200
^200
--- posts: 1
--- run_state: finished
--- reply_state: posted
--- gitlab_calls
GET /projects/ops%2Finfra/jobs/*/trace x1



=== TEST 31: two at once are watched by one list
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger        native isolated;
            chatops_poll_interval  1s;
--- gitlab_set: {"runner":{"pickup_delay_ms":2500}}
--- slack: /gitlab run hello-world
--- then
/gitlab run hello-world
--- then_like
^200 in_channel `hello-world` is scheduled: 
--- posts: 2
--- posts_each: 1
--- pipelines_made
chat main success alice: hello-world
chat main success alice: hello-world
--- run_strategy: native
--- gitlab_calls
GET /projects/ops%2Finfra/pipelines?source=chat*



=== TEST 32: what would not arrive as typed goes another way
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native isolated;
--- ci
show:
  script:
    - printf '%s' "$CHAT_INPUT" >> "$JOB_WRITES"

two words:
  script: echo two
--- slack_text eval: "/gitlab run show 50%"
--- then
/gitlab run "two words"
--- then_like
^200 in_channel `two words` is scheduled
--- run_strategy: isolated
--- job_wrote: 50%
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger



=== TEST 33: no other way is allowed, and the reason is told
--- integration: slack
--- protected: none
--- chatops
            chatops_trigger  native;
--- ci
two words:
  script: echo two
--- slack: /gitlab run "two words"
--- answer_like: ^`two words` was not run: GitLab's own slash command knows no names with blanks\.
--- run_state: refused
--- pipelines: 0



=== TEST 34: the token is missing
--- chatops
            chatops_trigger       native;
            chatops_callback_url  https://chatops.example.com/callback/;
--- must_die
--- error_log
"chatops" needs "chatops_native_token_file"
--- no_error_log
[alert]



=== TEST 35: the callback's URL is missing
--- chatops
            chatops_trigger            isolated native;
            chatops_native_token_file  $TEST_NGINX_CHATOPS_DIR/native_token;
--- must_die
--- error_log
"chatops" needs "chatops_callback_url"
--- no_error_log
[alert]



=== TEST 36: a callback's URL without a path
--- chatops
            chatops_callback_url  https://chatops.example.com;
--- must_die
--- error_log
invalid URL "https://chatops.example.com": write https://host/path/
--- no_error_log
[alert]



=== TEST 37: nginx cannot connect: nothing is sent, nothing started
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native;
--- chatops_server
        location = "/gitlab-api/projects/ops%2Finfra/integrations/slack_slash_commands/trigger" {
            include     $TEST_NGINX_ROOT/conf/chatops_gitlab.conf;
            proxy_pass  http://127.0.0.1:1/api/v4/projects/ops%2Finfra/integrations/slack_slash_commands/trigger;
        }
--- slack: /gitlab run hello-world
--- answer: GitLab cannot be reached; nothing was started. Please try again in a minute.
--- run_state: refused
--- pipelines: 0



=== TEST 38: a worker dies before GitLab is asked: the collector asks, once
--- integration: slack
--- protected: none
--- chatops: chatops_trigger native; chatops_ack_timeout 200ms; chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra => hang
--- ci
show:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- then
/gitlab run show a  & b + 100 $HOME "x" 
wait for call GET /projects/ops%2Finfra
kill worker
--- then_like
^200 ephemeral GitLab takes its time
--- within: 40
--- run_state: finished
--- job_wrote eval: "a  & b + 100 \$HOME \"x\" "
--- pipelines_made: chat main success alice: show
--- gitlab_calls
POST /projects/ops%2Finfra/integrations/slack_slash_commands/trigger x1
--- error_log
exited on signal 9
--- no_error_log
[crit]



=== TEST 39: the links are with no one when the message is delivered
--- integration: slack
--- chat_users
--- protected: none
--- chatops: chatops_trigger native;
--- slack: /gitlab run hello-world
--- answer_like: go on in GitLab
--- then
connect 17
--- run_state: refused
--- secrets_left: 0



=== TEST 40: a callback in the location of the commands
--- chatops
            chatops_callback;
--- must_die
--- error_log
"chatops_callback" directive needs a location of its own, without "chatops"
--- no_error_log
[alert]
