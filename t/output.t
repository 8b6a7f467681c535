use lib 't/lib';
use Test::ChatOps;

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: two commands: commands and output
--- ci
two:
  script:
    - echo one
    - echo two
--- slack: /gitlab run two
--- channel eval
"<\@U0001>:\n```\n\$ echo one\none\n\$ echo two\ntwo\n```"
--- posts: 1



=== TEST 2: a before_script counts as a command
--- ci
before:
  before_script:
    - echo first
  script:
    - echo second
--- slack: /gitlab run before
--- channel eval
"<\@U0001>:\n```\n\$ echo first\nfirst\n\$ echo second\nsecond\n```"



=== TEST 3: so does one that the job has from default
--- ci
default:
  before_script:
    - echo first
plain:
  script:
    - echo second
--- slack: /gitlab run plain
--- channel_like: \$ echo first.first.\$ echo second.second



=== TEST 4: one command, several lines
--- ci
lines:
  script:
    - printf 'a\nb\nc\n'
--- slack: /gitlab run lines
--- channel eval
"<\@U0001>:\n```\na\nb\nc\n```"



=== TEST 5: a failing job says so, with its output and the link
--- ci
broken:
  script:
    - echo "disk is full"; exit 3
--- slack: /gitlab run broken
--- channel_like: ^<@U0001>: `broken` failed \(script failure\), see <https://gitlab\.example\.com/ops/infra/-/jobs/\d+\|job \d+>\. Its output:.```.*disk is full.*```$
--- run_state: finished
--- reply_state: posted
--- branches: main
--- job_status: failed



=== TEST 6: output that is too long is cut in the middle of lines, not of words
--- ci
long:
  script:
    - seq -f 'line %05g' 1 20000
--- slack: /gitlab run long
--- channel_like: ^<@U0001>:.```.line 00001.*line \d{5}.*line 20000.```
--- channel_unlike: line \d{1,4}\n
--- posts: 1



=== TEST 7: a failed job's end is what counts
--- ci
long:
  script:
    - seq -f 'line %05g' 1 20000; exit 1
--- slack: /gitlab run long
--- channel_like: failed.*The end of its output:.*```.line 19.*line 20000.```$
--- channel_unlike: line 00001



=== TEST 8: a job without output
--- ci
silent:
  script:
    - "true"
--- slack: /gitlab run silent
--- channel_like: ^<@U0001>: `silent` passed and had no output, see <https:



=== TEST 9: nobody is pinged, nothing is linked
--- ci
evil:
  script:
    - echo '<!channel> <@U0002> <https://evil.example|click> & <b>'
--- slack: /gitlab run evil
--- channel: <@U0001>: &lt;!channel&gt; &lt;@U0002&gt; &lt;https://evil.example|click&gt; &amp; &lt;b&gt;



=== TEST 10: a fence in the output does not end ours
--- ci
fence:
  script:
    - printf 'a\n```\nb\n'
--- slack: /gitlab run fence
--- channel_like: ^<@U0001>:.```.a.*b.```$



=== TEST 11: CHAT_INPUT with blanks and quotes arrives byte for byte
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- slack_text eval: q{/gitlab run write  two  blanks, 'single' "double" \\ back ; | * ? `id` $(id)  }
--- job_wrote eval: q{two  blanks, 'single' "double" \\ back ; | * ? `id` $(id)  }



=== TEST 12: CHAT_INPUT with newlines and UTF-8
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- slack_text eval: "/gitlab run write d\xc3\xa9ploy \xe2\x80\x94 \xf0\x9f\x9a\x80\nsecond line\n\n\tend"
--- job_wrote eval: "d\xc3\xa9ploy \xe2\x80\x94 \xf0\x9f\x9a\x80\nsecond line\n\n\tend"



=== TEST 13: a variable's name in CHAT_INPUT stays a name
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- slack_text: /gitlab run write $SECRET ${SECRET} $$ $$SECRET %SECRET% $CI_JOB_TOKEN $
--- job_wrote chomp
$SECRET ${SECRET} $$ $$SECRET %SECRET% $CI_JOB_TOKEN $



=== TEST 14: what Slack escapes is decoded once
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- slack_text: /gitlab run write a & b < c > d &amp; &lt;
--- job_wrote chomp
a & b < c > d &amp; &lt;



=== TEST 15: mentions are left as they come
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"
--- slack: /gitlab run write
--- form
text=run write <@U345GHIJKL> <#C012ABCDE|general>
--- job_wrote chomp
<@U345GHIJKL> <#C012ABCDE|general>



=== TEST 16: no argument at all is an empty CHAT_INPUT
--- ci
write:
  script:
    - printf '[%s]' "${CHAT_INPUT-unset}" > "$JOB_WRITES"
--- slack: /gitlab run write
--- job_wrote chomp
[]



=== TEST 17: who asked, where, for what
--- ci
write:
  script:
    - printf '%s\n' "$CHAT_CHANNEL" "$CHAT_CHANNEL_ID" "$CHAT_USER_ID" "$CHAT_JOB" "${#CHAT_RUN_ID}" > "$JOB_WRITES"
--- slack: /gitlab run write
--- job_wrote
ops
C0001
U0001
write
26



=== TEST 18: a project that forbids pipeline variables
--- gitlab_set: {"project":{"minimum_override_role":"no_one_allowed"}}
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT $CHAT_CHANNEL" > "$JOB_WRITES"
--- slack_text: /gitlab run write $SECRET "q" 'q'  \ : - # {a} é
--- answer_like: ^`write` is scheduled
--- job_wrote chomp
$SECRET "q" 'q'  \ : - # {a} é ops
--- run_state: finished
--- branches: main



=== TEST 19: colors are stripped
--- ci
color:
  script:
    - printf '\033[31mred\033[0m \033]0;title\007plain\n'
--- slack: /gitlab run color
--- channel: <@U0001>: red plain



=== TEST 20: colors are kept when the operator wants them
--- chatops
chatops_ansi keep;
--- ci
color:
  script:
    - printf '\033[31mred\033[0m\n'
--- slack: /gitlab run color
--- channel eval: "<\@U0001>: \e[31mred\e[0m"



=== TEST 21: of a progress bar the last state
--- ci
progress:
  script:
    - printf '10%%\r50%%\r100%%\n'
--- slack: /gitlab run progress
--- channel: <@U0001>: 100%



=== TEST 22: output that is no UTF-8
--- ci
latin:
  script:
    - printf 'caf\351\n'
--- slack: /gitlab run latin
--- channel eval: "<\@U0001>: caf\xef\xbf\xbd"



=== TEST 23: hello-world, timestamped trace of runner 17
--- gitlab_set: {"runner":{"trace_format":"timestamped-17"}}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.



=== TEST 24: hello-world, timestamped trace of runner 19
--- gitlab_set: {"runner":{"trace_format":"timestamped-19"}}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.



=== TEST 25: ls, timestamped trace of runner 17
--- gitlab_set: {"runner":{"trace_format":"timestamped-17"}}
--- slack: /gitlab run ls
--- channel_like: ^<@U0001>:.```.*README\.md.*```
--- channel_unlike: not be shown|\d{4}-\d\d-\d\dT



=== TEST 26: ls, timestamped trace of runner 19
--- gitlab_set: {"runner":{"trace_format":"timestamped-19"}}
--- slack: /gitlab run ls
--- channel_like: ^<@U0001>:.```.*README\.md.*```
--- channel_unlike: not be shown|\d{4}-\d\d-\d\dT



=== TEST 27: two commands, timestamped
--- gitlab_set: {"runner":{"trace_format":"timestamped-19"}}
--- ci
two:
  script:
    - echo one
    - echo two
--- slack: /gitlab run two
--- channel eval
"<\@U0001>:\n```\n\$ echo one\none\n\$ echo two\ntwo\n```"



=== TEST 28: a shell runner has no line about an image
--- gitlab_set: {"runner":{"executor":"shell"}}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.



=== TEST 29: a log that is not complete when the job is finished is waited for
--- gitlab_set: {"runner":{"trace_delay_ms":2500}}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- within: 20



=== TEST 30: several chat_reply sections, in order
--- ci
several:
  script:
    - echo hidden
    - 'echo -e "section_start:1:chat_reply\r\033[0K\nfirst\nsection_end:1:chat_reply\r\033[0K"'
    - 'echo -e "section_start:2:chat_reply\r\033[0K\nsecond\nsection_end:2:chat_reply\r\033[0K"'
--- slack: /gitlab run several
--- channel_like: ^<@U0001>:.```.first.second.```$
