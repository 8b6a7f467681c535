use lib 't/lib';
use Test::ChatOps;

our $Ci = <<'EOC';
stages: [build, test, deploy]
build:
  stage: build
  script: ["echo built > out.txt"]
  artifacts:
    paths: [out.txt]
lint:
  stage: test
  script: ["echo linted"]
deploy:
  stage: deploy
  needs: [build]
  script: ["echo deployed $CHAT_INPUT"]
EOC

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: needs are dropped, and that is said
--- ci eval: $::Ci
--- slack: /gitlab run deploy web
--- answer_like: ^`deploy` is scheduled: <https:[^>]+>\. It runs isolated on `chatops/\w+`, a branch of its own, and without `build` that it needs\. Its output comes here
--- channel: <@U0001>: deployed web
--- pipeline_jobs: deploy
--- run_strategy: isolated



=== TEST 2: needs are taken along
--- chatops: chatops_needs include;
--- ci eval: $::Ci
--- slack: /gitlab run deploy web
--- answer_like: ^`deploy` is scheduled: <https:[^>]+>\. It runs isolated on `chatops/\w+`, a branch of its own, after `build`\. Its output comes here
--- channel: <@U0001>: deployed web
--- pipeline_jobs: build deploy
--- job_status: success success
--- branches: main



=== TEST 3: what is needed fails: the job is skipped, and that is said
--- chatops: chatops_needs include;
--- ci
build:
  stage: build
  script: ["exit 1"]
deploy:
  stage: deploy
  needs: [build]
  script: ["echo deployed"]
--- slack: /gitlab run deploy
--- channel_like: `deploy` was skipped
--- pipeline_jobs: build deploy
--- branches: main



=== TEST 4: direct is not for a job that needs another
--- chatops: chatops_trigger direct;
--- protected: none
--- ci
build:
  only: [pushes]
  script: ["echo build"]
deploy:
  needs: [build]
  script: ["echo deployed"]
--- slack: /gitlab run deploy
--- answer_like: ^`deploy` was not run: 
--- answer_type: ephemeral
--- pipelines: 0



=== TEST 5: an optional need is none
--- protected: none
--- ci
build:
  only: [pushes]
  script: ["echo build"]
deploy:
  needs:
    - job: build
      optional: true
  script: ["echo deployed"]
--- slack: /gitlab run deploy
--- channel: <@U0001>: deployed
--- run_strategy: direct



=== TEST 6: another word
--- chatops: chatops_needs keep;
--- must_die
--- error_log
invalid value "keep"
--- no_error_log
[alert]
