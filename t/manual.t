use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a manual job waits, and the person is told
--- ci
deploy:
  when: manual
  script:
    - echo deployed
--- slack: /gitlab run deploy
--- answer_like: ^<@U0001>: `deploy` waits to be started by hand: <https://gitlab\.example\.com/ops/infra/-/pipelines/\d+\|pipeline \d+>\. It runs isolated on `chatops/[0-9a-z]{26}`, a branch of its own\. Its output comes here when it has finished\.$
--- answer_type: in_channel
--- then
wait 1.5
--- pipelines: 1
--- pipeline_jobs: deploy
--- job_status: manual
--- run_state: watching
--- reply_state: scheduled
--- cleanup: branch-made
--- posts: 0



=== TEST 2: somebody starts it
--- ci
deploy:
  when: manual
  script:
    - echo "deployed $CHAT_INPUT"
--- slack: /gitlab run deploy web
--- answer_like: waits to be started by hand
--- then
wait 1.2
play
--- channel: <@U0001>: deployed web
--- posts: 1
--- run_state: finished
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main



=== TEST 3: nobody starts it: the branch goes after chatops_manual_timeout
--- chatops
chatops_manual_timeout 2s;
--- ci
deploy:
  when: manual
  script:
    - echo deployed
--- slack: /gitlab run deploy
--- answer_like: waits to be started by hand
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- within: 15



=== TEST 4: GitLab is slow: the same words come later
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 2.5s
--- ci
deploy:
  when: manual
  script:
    - echo deployed
--- slack: /gitlab run deploy
--- answer_like: ^GitLab takes its time
--- channel_like: ^<@U0001>: `deploy` waits to be started by hand: <https:
--- posts: 1
--- pipelines: 1



=== TEST 5: by then the reply's time may be over
--- chatops
chatops_reply_timeout 3s;
--- ci
deploy:
  when: manual
  script:
    - echo deployed
--- slack: /gitlab run deploy
--- answer_like: waits to be started by hand
--- channel_like: ^<@U0001>: `deploy` has not finished within \d seconds?: its output will not be posted here\. Follow it at <https:
--- reply_state: posted
--- cleanup: branch-made
--- then
wait for posts 1
wait 1
--- posts: 1
--- within: 15
