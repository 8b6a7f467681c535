use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a job that would be alone anyway runs on the default branch itself
--- ci
status:
  script:
    - echo "$CI_COMMIT_BRANCH $CI_PIPELINE_SOURCE $CHAT_INPUT"
--- gitlab_set: {"project":{"protected_branches":[{"name":"main","push":40,"merge":30}]}}
--- slack: /gitlab run status of $HOME
--- answer_like: ^`status` is scheduled: <https://gitlab\.example\.com/ops/infra/-/pipelines/\d+\|pipeline \d+>\. Its output comes here when it has finished\.$
--- channel: <@U0001>: main chat of $HOME
--- pipeline_jobs: status
--- pipelines: 1
--- branches: main
--- run_strategy: direct
--- gitlab_calls
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw x1
POST /projects/ops%2Finfra/pipeline x1
GET /projects/ops%2Finfra/pipelines/*/bridges x1
--- gitlab_calls_unlike
POST /projects/ops%2Finfra/repository/commits
--- error_log
holds job "status" of ops/infra on main, direct
