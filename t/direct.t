use lib 't/lib';
use Test::ChatOps;

# The default branch, and who may run pipelines on it: Developers may merge.

our $Open = '{"project":{"protected_branches":'
    . '[{"name":"main","push":40,"merge":30}]}}';

# GitLab is given up after a second.

our $Short = "chatops_gitlab_timeout 1s;\nchatops_poll_interval 100ms;\n";
our $Quick = "chatops_ack_timeout 500ms;\n$Short";
our $Only = "chatops_trigger direct;\n";

our $Job = <<'EOC';
status:
  script:
    - echo "$CI_COMMIT_BRANCH $CI_PIPELINE_SOURCE $CHAT_INPUT"
EOC

# The runner takes its time, so that a cancellation comes first.

sub set {
    my ($more) = @_;

    (my $set = $Open) =~ s/\]\}\}\z/],$more},"runner":{"pickup_delay_ms":3000}}/;
    return $set;
}

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a job that would be alone anyway runs on the default branch itself
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- slack: /gitlab run status of $HOME
--- answer_like: ^`status` is scheduled: <https://gitlab\.example\.com/ops/infra/-/pipelines/\d+\|pipeline \d+>\. Its output comes here when it has finished\.$
--- channel: <@U0001>: main chat of $HOME
--- pipeline_jobs: status
--- pipelines: 1
--- branches: main
--- run_strategy: direct
--- run_state: finished
--- cleanup: none
--- gitlab_calls
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw x1
GET /projects/ops%2Finfra/repository/branches/main x1
POST /projects/ops%2Finfra/pipeline x1
GET /projects/ops%2Finfra/pipelines/*/bridges x1
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/repository/commits
POST /projects/ops%2Finfra/pipelines/*/cancel
--- error_log
holds job "status" of ops/infra on main, direct



=== TEST 2: the others stay away of themselves
--- ci
build:
  only: [pushes, schedules]
  script: ["echo build"]
nightly:
  except: [api]
  script: ["echo nightly"]
status:
  script: ["echo all is well"]
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- channel: <@U0001>: all is well
--- pipeline_jobs: status
--- run_strategy: direct
--- branches: main



=== TEST 3: another job would run too: it is isolated
--- ci
build:
  script: ["echo build"]
status:
  script: ["echo all is well"]
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- answer_like: It runs isolated on `chatops/[0-9a-z]{26}`, a branch of its own\.
--- channel: <@U0001>: all is well
--- pipeline_jobs: status
--- run_strategy: isolated
--- branches: main
--- error_log
not direct: the pipeline would also hold `build`



=== TEST 4: and where that is not allowed it is refused, with what would help
--- chatops eval: $::Only
--- ci
build:
  script: ["echo build"]
status:
  script: ["echo all is well"]
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- answer_like: ^`status` was not run: the pipeline would also hold `build`\. Whoever runs this nginx can allow `isolated`, which runs it on a branch of its own: `chatops_trigger`\.$
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- branches: main



=== TEST 5: only: [chat] is never true of GitLab's API
--- chatops eval: $::Only
--- ci
status:
  only: [chat]
  script: ["echo all is well"]
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- answer_like: ^`status` was not run: .*`only`
--- pipelines: 0



=== TEST 6: a value with a percent sign cannot be passed
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- slack: /gitlab run status 50%
--- channel_like: ^<@U0001>: chatops/\w+ api 50%$
--- run_strategy: isolated
--- error_log
not direct:
--- error_log
GitLab would expand in a pipeline's variable



=== TEST 7: a Developer who may neither push nor merge may not run it there
--- ci eval: $::Job
--- slack: /gitlab run status
--- channel_like: ^<@U0001>: chatops/\w+ api\s*$
--- run_strategy: isolated
--- error_log
not direct: `main` is protected, and you may neither push to it nor merge into it



=== TEST 8: a Maintainer may, but the bot may not: GitLab says so
--- ci eval: $::Job
--- slack: /gitlab run status
--- slack_user: U0003
--- channel_like: ^<@U0003>: chatops/\w+ api\s*$
--- run_strategy: isolated
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2
--- error_log
not direct: this service may run no pipelines on `main`



=== TEST 9: pipeline variables are forbidden: that is remembered
--- ci eval: $::Job
--- gitlab_set eval: ::set('"minimum_override_role":"no_one_allowed"')
--- slack: /gitlab run status one
--- then
wait for posts 1
/gitlab run status two
--- then_like
200 in_channel `status` is scheduled
--- posts: 2
--- channel_like: ^<@U0001>: chatops/\w+ api two$
--- pipelines: 2
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x3
--- error_log
not direct: the project does not allow pipeline variables



=== TEST 10: and where nothing else is allowed it is said who can change it
--- chatops eval: $::Only
--- ci eval: $::Job
--- gitlab_set eval: ::set('"minimum_override_role":"no_one_allowed"')
--- slack: /gitlab run status
--- answer_like: ^`status` was not run: the project does not allow pipeline variables\. .*`isolated`
--- pipelines: 0



=== TEST 11: a job that no configuration has: the pipeline is canceled
--- ci eval: $::Job
--- gitlab_set eval: ::set('"policy_jobs":[{"name":"scan","stage":"test","script":["echo scan"]}]')
--- slack: /gitlab run status
--- answer_like: ^GitLab made another pipeline for `status` than was expected: it also holds `scan`\. It was canceled at once; what had begun by then may have had its effect\. See <https://gitlab\.example\.com/ops/infra/-/pipelines/\d+\|pipeline \d+>\.$
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 1
--- job_status: canceled canceled
--- posts: 0
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipelines/*/cancel x1



=== TEST 12: the branch moves on just before the pipeline is made
--- ci eval: $::Job
--- gitlab_set eval: ::set('"moves":{"files":{"README.md":"new"},"message":"Moved"}')
--- slack: /gitlab run status
--- answer_like: ^GitLab made another pipeline for `status` than was expected: `main` has just moved on to another commit\. It was canceled at once
--- run_state: refused
--- pipelines: 1
--- job_status: canceled



=== TEST 13: it has moved on since it was asked for: what is there now is looked at
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- then
wait for posts 1
set {"files":{".gitlab-ci.yml":"status:\n  script: [echo new]\n"}}
/gitlab run status
set {"files":{".gitlab-ci.yml":"status:\n  script: [echo new]\nbuild:\n  script: [echo build]\n"}}
wait for posts 2
/gitlab run status
--- then_like
200 in_channel `status` is scheduled
200 in_channel .*a branch of its own
--- posts: 3
--- all_posts_like
<@U0001>: main chat
<@U0001>: new
<@U0001>: new
--- pipelines: 3
--- pipeline_jobs: status
--- error_log
main has moved on from



=== TEST 14: what the pipeline holds cannot be seen at once
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 500
GET /projects/ops%2Finfra/pipelines/*/jobs => 500
GET /projects/ops%2Finfra/pipelines/*/bridges => drop
--- slack: /gitlab run status
--- answer_like: ^GitLab has not confirmed that the job was started\.
--- all_posts_like
`status` is scheduled: <https:
<@U0001>: main chat
--- within: 25
--- run_state: finished
--- run_strategy: direct
--- pipelines: 1



=== TEST 15: the cancellation fails at first
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: ::set('"policy_jobs":[{"name":"scan","stage":"test","script":["sleep 20"]}]')
--- gitlab
POST /projects/ops%2Finfra/pipelines/*/cancel => 500
POST /projects/ops%2Finfra/pipelines/*/cancel => drop
--- slack: /gitlab run status
--- answer_like: ^GitLab has not confirmed
--- channel_like: ^GitLab made another pipeline for `status` than was expected: it also holds `scan`\. It was canceled at once
--- channel_type: ephemeral
--- posts: 1
--- within: 20
--- run_state: refused
--- job_status: canceled canceled
--- gitlab_calls
POST /projects/ops%2Finfra/pipelines/*/cancel x3



=== TEST 16: the bot may not cancel
--- ci eval: $::Job
--- gitlab_set eval: ::set('"policy_jobs":[{"name":"scan","stage":"test","script":["echo scan"]}]')
--- gitlab
POST /projects/ops%2Finfra/pipelines/*/cancel => 403 {"message":"403 Forbidden"} always
--- slack: /gitlab run status
--- answer_like: it also holds `scan`\. It could not be canceled: please do that by hand\. See <https:
--- run_state: refused
--- error_log
it could not be canceled



=== TEST 17: the answer is lost, the pipeline is there
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
--- slack: /gitlab run status once
--- answer_like: ^GitLab has not confirmed
--- all_posts_like
`status` is scheduled: <https:
<@U0001>: main chat once
--- within: 20
--- pipelines: 1
--- run_state: finished
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1
--- error_log
found: pipeline



=== TEST 18: the answer is lost, and there is none: it is asked for again
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop
--- slack: /gitlab run status once
--- answer_like: ^GitLab has not confirmed
--- all_posts_like
`status` is scheduled: <https:
<@U0001>: main chat once
--- within: 20
--- pipelines: 1
--- run_state: finished
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2



=== TEST 19: somebody else's pipelines are not taken for it
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop skip 1
--- slack: /gitlab run status one
--- then
wait for posts 1
/gitlab run status two
--- then_like
200 ephemeral GitLab has not confirmed
--- all_posts_like
main chat one
`status` is scheduled: <https:
main chat two
--- within: 20
--- pipelines: 2
--- gitlab_calls
GET /projects/ops%2Finfra/pipelines/*/variables x1
POST /projects/ops%2Finfra/pipeline x3



=== TEST 20: the variables are not for us to read: nothing is sent again
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
GET /projects/ops%2Finfra/pipelines/*/variables => 403 {"message":"403 Forbidden"} always
--- slack: /gitlab run status once
--- answer_like: ^GitLab has not confirmed
--- channel_like: ^<@U0001>: `status` may or may not have been started: GitLab gave no clear answer, and nothing is sent again\.
--- within: 20
--- pipelines: 1
--- run_state: ambiguous
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 21: the worker dies before it has seen what the pipeline holds
--- chatops eval: $::Quick
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => after 6s
--- then
/gitlab run status once
kill worker
--- then_like
200 ephemeral GitLab takes its time
--- all_posts_like
`status` is scheduled: <https:
<@U0001>: main chat once
--- within: 30
--- pipelines: 1
--- run_state: finished
--- error_log
found: pipeline
exited on signal 9
--- no_error_log
[emerg]



=== TEST 22: the worker dies, and the pipeline holds too much
--- chatops eval: $::Quick
--- ci eval: $::Job
--- gitlab_set eval: ::set('"policy_jobs":[{"name":"scan","stage":"test","script":["sleep 30"]}]') =~ s/3000/20000/r
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => after 6s
--- then
/gitlab run status once
kill worker
--- then_like
200 ephemeral GitLab takes its time
--- channel_like: it also holds `scan`\. It was canceled at once
--- posts: 1
--- within: 30
--- pipelines: 1
--- run_state: refused
--- job_status: canceled canceled
--- error_log
exited on signal 9
--- no_error_log
[emerg]



=== TEST 23: the file includes another: what that says may depend on the source
--- ci
include:
  - local: /more.yml
status:
  script: ["echo all is well"]
--- ci_files
>>> more.yml
stages: [test]
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- channel: <@U0001>: all is well
--- run_strategy: isolated
--- error_log
not direct: the configuration has, or may have, `include`



=== TEST 24: the file cannot be read: the same
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => 403 {"message":"403 Forbidden"} always
--- slack: /gitlab run status
--- channel_like: ^<@U0001>: chatops/
--- run_strategy: isolated



=== TEST 25: a manual job waits in a pipeline of its own
--- ci
deploy:
  when: manual
  script: ["echo deployed"]
--- gitlab_set eval: $::Open
--- slack: /gitlab run deploy
--- answer_like: ^<@U0001>: `deploy` waits to be started by hand: <https:[^>]+>\. Its output comes here
--- then
wait 1.2
play
--- channel: <@U0001>: deployed
--- run_strategy: direct



=== TEST 26: GitLab refuses for another reason: nothing else is tried
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- gitlab
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Too many pipelines created in the last minute. Try again later."]}}
--- slack: /gitlab run status
--- answer_like: ^GitLab refused when it was asked to run the pipeline \(status 400: Too many pipelines
--- run_state: refused
--- pipelines: 0
--- branches: main



=== TEST 27: rules that ask for chat, by the variable
--- ci
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
build:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat"
      when: never
    - when: always
  script: ["echo build"]
other:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat" && $CHAT_JOB == "other"
  script: ["echo other"]
status:
  rules:
    - if: $CI_PIPELINE_SOURCE == "chat" && $CHAT_JOB == "status"
      variables:
        BY: rule
  script: ["echo $BY $CHAT_INPUT"]
--- protected: none
--- slack: /gitlab run status now
--- channel: <@U0001>: rule now
--- run_strategy: direct
--- pipeline_jobs: status
--- branches: main



=== TEST 28: a variable that somebody may have set: nobody can know
--- ci
build:
  rules:
    - if: $BUILD_EVERYTHING
  script: ["echo build"]
status:
  script: ["echo all is well"]
--- protected: none
--- slack: /gitlab run status
--- channel: <@U0001>: all is well
--- run_strategy: isolated
--- pipeline_jobs: status
--- error_log
not direct: the pipeline may also hold `build`



=== TEST 29: a parallel job is several: one of them is not alone
--- chatops eval: $::Only
--- ci
test:
  parallel: 3
  script: ["echo $CI_NODE_INDEX"]
--- protected: none
--- slack: /gitlab run "test 1/3"
--- answer_like: ^`test 1/3` was not run: the pipeline would also hold `test 2/3`
--- pipelines: 0



=== TEST 30: the branch has been protected since it was asked for
--- ci eval: $::Job
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- then
wait for posts 1
set {"project":{"protected_branches":[{"name":"main","push":40,"merge":40}]}}
/gitlab run status
--- then_like
200 in_channel .*a branch of its own
--- posts: 2
--- error_log
not direct: `main` is protected, and you may neither push to it nor merge into it



=== TEST 31: what the pipeline holds cannot be seen for a while, and then it cannot be canceled at once
--- chatops eval: $::Short
--- ci eval: $::Job
--- gitlab_set eval: ::set('"policy_jobs":[{"name":"scan","stage":"test","script":["sleep 60"]}]') =~ s/3000/20000/r
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 500 x5
POST /projects/ops%2Finfra/pipelines/*/cancel => 500
--- slack: /gitlab run status
--- answer_like: ^GitLab has not confirmed
--- channel_like: it also holds `scan`\. It was canceled at once
--- posts: 1
--- within: 45
--- run_state: refused
--- job_status: canceled canceled
--- gitlab_calls
POST /projects/ops%2Finfra/pipelines/*/cancel x2



=== TEST 32: another job's rules ask for a variable of the file, over which the project's settings stand
--- ci
variables: {EXTRA: "no"}
status:
  script: ["echo all is well"]
extra:
  rules:
    - if: $EXTRA == "yes"
  script: ["echo extra"]
--- project_variables
EXTRA=yes
--- gitlab_set eval: $::Open
--- slack: /gitlab run status
--- channel: <@U0001>: all is well
--- pipeline_jobs: status
--- pipelines: 1
--- run_strategy: isolated
--- error_log
not direct: the pipeline may also hold `extra`
