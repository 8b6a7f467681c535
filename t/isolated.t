use lib 't/lib';
use Test::ChatOps;

our $Isolated = "chatops_trigger isolated;\n";

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: what the job would have had, it has on its branch
--- ci
default:
  before_script: ["echo before"]
stages: [build, report]
variables:
  COLOR: blue
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat"
      variables:
        FROM: workflow
    - when: always
.base:
  variables:
    BASE: base
build:
  stage: build
  script: ["echo build"]
report:
  extends: .base
  stage: report
  variables:
    OWN: own
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat"
      variables:
        BY: rule
  script:
    - echo "$COLOR $FROM $BASE $OWN $BY $CHAT_INPUT $CHAT_JOB"
--- slack: /gitlab run report now
--- answer_like: ^`report` is scheduled: <https:[^>]+>\. It runs isolated on `chatops/[0-9a-z]{26}`, a branch of its own\. Its output comes here
--- channel_like: blue workflow base own rule now report
--- channel_unlike: echo build
--- pipeline_jobs: report
--- run_strategy: isolated
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/ci/lint x1
POST /projects/ops%2Finfra/repository/commits x1



=== TEST 2: one strategy alone: the other is not taken
--- chatops eval: $::Isolated
--- protected: none
--- ci
hello-world:
  script: ["echo Hello World."]
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_strategy: isolated
--- pipelines_made
api chatops/ID success chatops-bot: hello-world



=== TEST 3: direct last: isolated is right for it and comes first
--- chatops: chatops_trigger isolated direct;
--- protected: none
--- ci
hello-world:
  script: ["echo Hello World."]
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_strategy: isolated



=== TEST 4: the same configuration is linted once
--- slack: /gitlab run hello-world
--- then
wait for posts 1
/gitlab run hello-world
--- then_like
200 in_channel `hello-world` is scheduled
--- posts: 2
--- pipelines: 2
--- gitlab_calls
POST /projects/ops%2Finfra/ci/lint x1
POST /projects/ops%2Finfra/repository/commits x2



=== TEST 5: GitLab does not take it: nothing is made
--- gitlab
POST /projects/ops%2Finfra/ci/lint => 200 {"valid":false,"errors":["jobs:hello-world config contains unknown keys: colour","and more"],"warnings":[],"merged_yaml":null}
--- slack: /gitlab run hello-world
--- answer: GitLab does not take the configuration that has `hello-world` alone; nothing was started. It says: jobs:hello-world config contains unknown keys: colour
--- answer_type: ephemeral
--- run_state: refused
--- cleanup: none
--- pipelines: 0
--- branches: main
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/repository/commits



=== TEST 6: no lint to be had: the creation itself will tell
--- gitlab
POST /projects/ops%2Finfra/ci/lint => 429 {"message":{"error":"This endpoint has been requested too many times. Try again later."}} {Retry-After: 60}
POST /projects/ops%2Finfra/ci/lint => 403 {"message":"403 Forbidden"}
POST /projects/ops%2Finfra/ci/lint => 500
POST /projects/ops%2Finfra/ci/lint => drop
POST /projects/ops%2Finfra/ci/lint => 200 {}
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
200 in_channel `hello-world` is scheduled
200 in_channel `hello-world` is scheduled
200 in_channel `hello-world` is scheduled
200 in_channel `hello-world` is scheduled
200 in_channel `hello-world` is scheduled
--- posts: 5
--- pipelines: 5
--- branches: main
--- error_log
could not be linted (outcome 0, status 429)
could not be linted (outcome 0, status 403)
could not be linted (outcome 0, status 500)
could not be linted (outcome 2, status 0)
could not be linted (outcome 0, status 200)



=== TEST 7: a configuration of another name
--- gitlab_set: {"project":{"ci_config_path":"ci/main.yml"},"files":{".gitlab-ci.yml":null,"ci/main.yml":"status:\n  script: [cat ci/main.yml]\nother:\n  script: [echo other]\n"}}
--- slack: /gitlab run status
--- channel_like: cat ci/main\.yml
--- channel_unlike: other
--- pipeline_jobs: status
--- branches: main



=== TEST 8: a configuration outside of the repository
--- gitlab_set: {"project":{"ci_config_path":"ci.yml@ops/other"}}
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 200 {"valid":true,"errors":[],"merged_yaml":"---\nstatus:\n  script: [echo x]\n"} always
--- slack: /gitlab run status
--- answer_like: ^`status` was not run: .*`isolated`: the CI configuration `ci\.yml@ops/other` lies outside of the project's repository
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- branches: main
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/repository/commits



=== TEST 9: branches of another name
--- chatops: chatops_branch bot/*/run;
--- ci
where:
  only: [chat]
  script: ["echo $CI_COMMIT_BRANCH"]
--- slack: /gitlab run where
--- answer_like: It runs isolated on `bot/[0-9a-z]{26}/run`, a branch of its own\.
--- channel_like: ^<@U0001>: bot/[0-9a-z]{26}/run$
--- branches: main
--- cleanup: branch-gone



=== TEST 10: a protected pattern: the job has the protected variables
--- project_variables
protected DEPLOY_KEY=k3y
--- gitlab_set: {"project":{"protected_branches":[{"name":"main","push":40,"merge":40},{"name":"chatops/*","push":30,"merge":30}]},"members":{"5":40}}
--- ci
deploy:
  only: [chat]
  script: ["echo key $DEPLOY_KEY"]
--- slack: /gitlab run deploy
--- channel: <@U0001>: key k3y



=== TEST 11: without that it has none of them
--- project_variables
protected DEPLOY_KEY=k3y
--- ci
deploy:
  only: [chat]
  script: ["echo key $DEPLOY_KEY."]
--- slack: /gitlab run deploy
--- channel: <@U0001>: key .



=== TEST 12: one of a parallel job's
--- ci
test:
  parallel: 3
  script: ["echo $CI_JOB_NAME"]
--- slack: /gitlab run “test 2/3” a
--- channel_like: ^<@U0001>: test 2/3
--- pipeline_jobs: test 2/3



=== TEST 13: one of a matrix
--- ci
deploy:
  parallel:
    matrix:
      - PROVIDER: [aws, gcp]
        REGION: [eu, us]
  script: ["echo $PROVIDER in $REGION with $CHAT_INPUT"]
--- slack: /gitlab run 'deploy: [gcp, eu]' care
--- channel: <@U0001>: gcp in eu with care



=== TEST 14: the plain name is none of them
--- ci
test:
  parallel: 3
  script: ["echo $CI_NODE_INDEX"]
--- slack: /gitlab run test
--- answer_like: ^There is no job `test` in ops/infra on main\. Did you mean `"test 1/3"`, `"test 2/3"` or `"test 3/3"`\?$
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 15: quotes that are not closed
--- slack: /gitlab run "hello world
--- answer_like: ^The quotes around the name are not closed\. Type `/gitlab run
--- answer_type: ephemeral
--- runs: 0



=== TEST 16: a bridge is no job with an output
--- ci
child:
  trigger:
    include: child.yml
--- ci_files
>>> child.yml
a:
  script: ["echo a"]
--- slack: /gitlab run child
--- answer_like: ^`child` was not run: 
--- answer_type: ephemeral
--- pipelines: 0
--- branches: main



=== TEST 17: an unknown strategy
--- chatops: chatops_trigger direct fancy;
--- must_die
--- error_log
unknown strategy "fancy"
--- no_error_log
[alert]



=== TEST 18: a strategy named twice
--- chatops: chatops_trigger direct isolated direct;
--- must_die
--- error_log
strategy "direct" is named twice
--- no_error_log
[alert]



=== TEST 19: the list twice
--- chatops: chatops_trigger direct; chatops_trigger isolated;
--- must_die
--- error_log
"chatops_trigger" directive is duplicate
--- no_error_log
[alert]



=== TEST 20: a pattern without a place for the id
--- chatops: chatops_branch chatops/x;
--- must_die
--- error_log
invalid branch pattern "chatops/x"
--- no_error_log
[alert]



=== TEST 21: a pattern that git does not take
--- chatops: chatops_branch "chat ops/*";
--- must_die
--- error_log
invalid branch pattern "chat ops/*"
--- no_error_log
[alert]



=== TEST 22: inherited from above, as nginx does
--- chatops_http: chatops_trigger isolated;
--- protected: none
--- ci
hello-world:
  script: ["echo Hello World."]
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_strategy: isolated



=== TEST 23: and overridden below
--- chatops_http: chatops_trigger isolated;
--- chatops: chatops_trigger direct;
--- protected: none
--- ci
hello-world:
  script: ["echo Hello World."]
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_strategy: direct



=== TEST 24: two locations for one project run jobs alike
--- chatops_http: chatops_trigger isolated;
--- chatops
chatops_refs v*;
}
location = /other {
    chatops                      slack;
    chatops_signing_secret_file  $TEST_NGINX_CHATOPS_DIR/signing_secret;
    chatops_gitlab               http://127.0.0.1:$TEST_NGINX_GITLAB_PORT;
    chatops_gitlab_token_file    $TEST_NGINX_CHATOPS_DIR/gitlab_token;
    chatops_gitlab_location      /gitlab-api;
    chatops_project              ops/infra;
    chatops_users_file           $TEST_NGINX_CHATOPS_DIR/users;
    chatops_refs                 v* release/*;
--- must_die
--- error_log
"chatops" for ops/infra has another token, users file, access, trigger, refs, branch or needs than the one in
--- no_error_log
[alert]
