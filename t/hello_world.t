use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: hello-world, as in GitLab's documentation
--- ci
stages:
  - chatops

hello-world:
  stage: chatops
  only: [chat]
  script:
    - echo "Hello World."
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled: <https://gitlab\.example\.com/ops/infra/-/pipelines/\d+\|pipeline \d+>\. It runs isolated on `chatops/[0-9a-z]{26}`, a branch of its own\. Its output comes here when it has finished\.$
--- answer_type: in_channel
--- response_headers_like
Content-Type: application/json; charset=utf-8
--- channel: <@U0001>: Hello World.
--- channel_type: in_channel
--- posts: 1
--- run_state: finished
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main
--- pipelines: 1
--- pipeline_jobs: hello-world
--- job_status: success



=== TEST 2: ls, whose chat_reply section is all that is shown
--- ci
stages:
  - chatops

ls:
  stage: chatops
  only: [chat]
  script:
    - echo "This command will not be shown."
    - echo -e "section_start:$( date +%s ):chat_reply\r\033[0K\n$( ls -la )\nsection_end:$( date +%s ):chat_reply\r\033[0K"
--- slack: /gitlab run ls
--- answer_like: ^`ls` is scheduled: 
--- channel_like: ^<@U0001>:.```.*README\.md.*```
--- channel_unlike: not be shown
--- posts: 1
--- run_state: finished
--- reply_state: posted
--- branches: main



=== TEST 3: the way to GitLab, in calls
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- branches: main
--- gitlab_calls
GET /projects/ops%2Finfra/members/all/17 x1
GET /projects/ops%2Finfra x1
GET /projects/ops%2Finfra/repository/branches/main x1
GET /projects/ops%2Finfra/ci/lint x1
POST /projects/ops%2Finfra/repository/commits x1
POST /projects/ops%2Finfra/pipeline x1
GET /projects/ops%2Finfra/jobs/*/trace x1
DELETE /projects/ops%2Finfra/repository/branches/* x1



=== TEST 4: a second command asks GitLab for less
--- slack: /gitlab run hello-world
--- then
wait for posts 1
/gitlab run hello-world
--- then_like
200 in_channel `hello-world` is scheduled
--- posts: 2
--- posts_each: 1
--- gitlab_calls
GET /projects/ops%2Finfra/members/all/17 x1
GET /projects/ops%2Finfra x1
GET /projects/ops%2Finfra/ci/lint x1
POST /projects/ops%2Finfra/pipeline x2



=== TEST 5: help
--- slack: /gitlab help
--- answer_like: ^Type `/gitlab run &lt;job&gt; &lt;arguments&gt;` to run a job
--- answer_type: ephemeral
--- runs: 0



=== TEST 6: nothing but the command
--- slack: /gitlab
--- answer_like: ^Type `/gitlab run
--- answer_type: ephemeral



=== TEST 7: run, but what
--- slack: /gitlab run
--- answer_like: ^Which job\? Type
--- answer_type: ephemeral



=== TEST 8: a verb that is not known is repeated without its markup
--- slack: /gitlab <!channel>&deploy now
--- answer_like: ^I do not know `&lt;!channel&gt;&amp;deploy`\. Type
--- answer_type: ephemeral



=== TEST 9: a job whose name has blanks goes in quotes
--- ci
say it loud:
  script:
    - echo "$CHAT_INPUT" | tr a-z A-Z
--- slack: /gitlab run "say it loud" hello there
--- answer_like: ^`say it loud` is scheduled
--- channel: <@U0001>: HELLO THERE
--- pipeline_jobs: say it loud



=== TEST 10: of many jobs and stages just the one runs
--- ci
stages: [build, test, deploy]

build:
  stage: build
  script: ["echo build"]

test:
  stage: test
  needs: [build]
  script: ["echo test"]

status:
  stage: deploy
  only: [chat]
  script: ["echo all is well"]

other-chat:
  stage: deploy
  only: [chat]
  script: ["echo other"]
--- slack: /gitlab run status
--- channel: <@U0001>: all is well
--- pipelines: 1
--- pipeline_jobs: status



=== TEST 11: the push of the branch starts nothing: its commit says [skip ci]
--- ci
hello-world:
  script: ["echo Hello World."]
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- pipelines: 1
--- branches: main
