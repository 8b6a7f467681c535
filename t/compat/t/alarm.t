# What fails a block although it has not asked, and what is shown then. The
# real Test::Nginx does not do this.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Inner;
use Test::More;

sub block {
    my ($sections, $preamble) = @_;

    return <<"_HEAD_" . "__DATA__\n\n=== TEST 1: the block\n" . $sections;
use Test::Nginx::Socket 'no_plan';
no_shuffle();
$preamble
run_tests();
_HEAD_
}

my $Location = "--- config\nlocation /t { return 200; }\n"
    . "--- request\nGET /t\n";

# writes into the log as nginx would
sub written {
    my ($line) = @_;

    return <<"_CODE_";
add_response_body_check(sub {
    open(my \$log, '>>', server_root() . '/logs/error.log') or die \$!;
    print {\$log} "$line\\n";
});
_CODE_
}

{
    my ($out, $status) = run_inner(block($Location, ''));

    is($status, 0, 'a block without alarms passes');
    like($out, qr/^1\.\.1$/m, 'and no test is added');
    unlike($out, qr/error\.log/, 'and nothing is shown');
}

for my $line (
    '2026/01/01 00:00:00 [alert] 1#1: something broke',
    '2026/01/01 00:00:00 [alert] 1#1: *7 open socket #3 left in connection 4',
    '2026/01/01 00:00:00 [notice] 1#1: worker process 2 exited on signal 11',
    '==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x1',
    'x.c:12:3: runtime error: signed integer overflow',
) {
    my ($out, $status) = run_inner(block($Location, written($line)));

    isnt($status, 0, "fails: $line");
    like($out, qr/^not ok 2 - .*TEST 1: the block - alarms in error\.log/m,
        'by a test of its own');
    like($out, qr/^#.*\Q$line\E/m, 'and the line is shown');
}

{
    my ($out, $status) = run_inner(block($Location,
        written('2026/01/01 00:00:00 [error] 1#1: a word of [alert]')));

    is($status, 0, 'the word alone is no alarm');
}

{
    my $line = '2026/01/01 00:00:00 [alert] 1#1: worker process 2 exited';
    my ($out, $status) = run_inner(block(
        "$Location--- error_log\nprocess 2 exited\n", written($line)));

    is($status, 0, 'an alarm that the block expects is none');
}

{
    my ($out, $status) = run_inner(block($Location, <<'_CODE_'),
add_response_body_check(sub {
    my ($block) = @_;

    my ($test) = $block->name =~ s/[^\w.-]+/-/gr;

    open(my $report, '>', "asan.$test.123") or die $!;
    print {$report} "==1==ERROR: LeakSanitizer: detected memory leaks\n";
});
_CODE_
        ASAN_OPTIONS => 'detect_leaks=0:log_path=asan');

    isnt($status, 0, "a sanitizer's report fails the block");
    like($out, qr/^not ok 2 - .*TEST 1: the block - report in asan\./m,
        'by a test of its own');
    like($out, qr/^#.*detected memory leaks/m, 'and is shown');
}

{
    my ($out, $status) = run_inner(block($Location, <<'_CODE_'));
add_response_body_check(sub {
    open(my $file, '<', server_root() . '/logs/nginx.pid') or die $!;
    kill 'KILL', <$file> + 0;
});
_CODE_

    isnt($status, 0, 'an nginx that dies fails the block');
    like($out, qr/^not ok 2 - .* - nginx died on signal 9/m,
        'by a test of its own');
}

{
    my ($out, $status) = run_inner(block(
        "--- config\nlocation /t { proxy_pass http://127.0.0.1:1; }\n"
            . "--- request\nGET /t\n--- response_body\nnever\n", ''));

    isnt($status, 0, 'a block that fails');
    like($out, qr/^#.*end of error\.log:/m, 'shows the log');
    like($out, qr/^#     .*\[error\].*connect\(\) failed/m,
        'with what matters');
    unlike($out, qr/\[debug\]/, 'and not with what does not');
}

{
    my ($out, $status) = run_inner(block(
        "--- config\nno_such_directive;\n--- request\nGET /t\n", ''));

    isnt($status, 0, 'a configuration that nginx refuses ends the file');
    like($out, qr/^Bail out!.*TEST 1: the block - Cannot start nginx/m,
        'at once');
    like($out, qr/^#.*unknown directive "no_such_directive"/m, 'with why');
}

done_testing();
