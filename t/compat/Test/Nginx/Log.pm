package Test::Nginx::Log;

# What nginx wrote: what a block expects of it, and what no block may cause.

use strict;
use warnings;

use Test::More ();
use Test::Nginx::Process;
use Test::Nginx::Util;

use constant {
    # lines that nginx writes just after its answer
    LATE  => 0.2,
    TAIL  => 25,
    WIDTH => 300,
};

my $ALARM = qr/^\S+\ \S+\ \[alert\]
    | \bopen\ socket\ \#\d
    | \bexited\ on\ signal\b
    | ==\d+==\s*ERROR:\ \w+Sanitizer:
    | :\d+:\d+:\ runtime\ error:/x;

# where the error log of the block, of the request, and of the search for
# alarms begins
my ($block_start, $read_to, $alarm_to, $access_start) = (0, 0, 0, 0);

# what the sanitizers' reports begin with; those that are known already
my @prefixes;
my %known;

sub error_log  { return server_root() . '/logs/error.log' }
sub access_log { return server_root() . '/logs/access.log' }

# A new nginx with new logs.
sub begin {
    @prefixes = @_;
    %known = map { $_ => 1 } _reports();
    $block_start = $read_to = $alarm_to = $access_start = 0;

    return;
}

# The same nginx for another block.
sub begin_again {
    $block_start = $read_to = -s error_log() // 0;
    $access_start = -s access_log() // 0;

    return;
}

# A block without a configuration of its own sees the whole log.
sub begin_block {
    $read_to = $block_start;

    return;
}

sub _read {
    my ($file, $from) = @_;

    open(my $in, '<', $file) or return '';
    binmode $in;
    seek($in, $from, 0) if $from <= -s $in;
    local $/;

    return <$in> // '';
}

sub _lines { return split /(?<=\n)/, $_[0] }

sub emergency {
    my ($line) = _read(error_log(), $block_start) =~ /^(.*\[emerg\].*)$/m;

    return $line;
}

# ---- what a block expects

sub patterns {
    my ($section) = @_;

    return if !defined $section;

    return grep { defined } @$section if ref $section eq 'ARRAY';
    return $section                   if ref $section;
    return grep { length } split /\n/, $section;
}

sub _matches {
    my ($line, $pattern) = @_;

    return ref $pattern ? $line =~ /$pattern/ : index($line, $pattern) >= 0;
}

# Of one answer: grep_error_log, error_log, no_error_log.
sub check_error_log {
    my ($block, $repeat) = @_;

    my $from = Test::Nginx::Util::is_accumulating() ? $block_start : $read_to;
    my $text = _read(error_log(), $from);

    if (grep { !_is_found($text, $_) } patterns(section($block, 'error_log'))) {
        Test::Nginx::Process::wait_until(LATE, sub {
            $text = _read(error_log(), $from);
            return !grep { !_is_found($text, $_) }
                patterns(section($block, 'error_log'));
        });
    }

    if (defined $block->error_log || defined $block->no_error_log
        || defined $block->grep_error_log)
    {
        $read_to = $from + length $text;
    }

    _check_grep($block, $repeat, $text);
    _check($block, 'error_log', 'no_error_log', $text, 'error.log',
        " (req $repeat)");

    return;
}

sub _is_found {
    my ($text, $pattern) = @_;

    return grep { _matches($_, $pattern) } _lines($text);
}

sub check_access_log {
    my ($block, $repeat) = @_;

    return if !defined $block->access_log && !defined $block->no_access_log;

    _check($block, 'access_log', 'no_access_log',
        _read(access_log(), $access_start), 'access.log', " (req $repeat)");

    return;
}

# After nginx has left.
sub check_shutdown {
    my ($block) = @_;

    _check($block, 'shutdown_error_log', 'no_shutdown_error_log',
        _read(error_log(), $block_start), 'error.log', '');

    return;
}

sub _check_grep {
    my ($block, $repeat, $text) = @_;

    my $pattern = $block->grep_error_log;

    return if !defined $pattern;

    $pattern = qr/\Q$pattern\E/ if !ref $pattern;

    my $expected = $block->grep_error_log_out;

    $expected = $expected->[$repeat] if ref $expected eq 'ARRAY';

    my $got = '';

    for my $line (_lines($text)) {
        # the first match of a line only
        $got .= "$&\n" if $line =~ /$pattern/;
    }

    is_str($got, $expected // '',
        $block->name . " - grep_error_log_out (req $repeat)");

    return;
}

sub _check {
    my ($block, $wanted, $unwanted, $text, $file, $suffix) = @_;

    my @lines = _lines($text);
    my @missing = patterns(section($block, $wanted));
    my $name = $block->name;

    for my $line (@lines) {
        my @found = grep { _matches($line, $_) } @missing or next;

        for my $pattern (@found) {
            Test::More::pass("$name - pattern \"$pattern\" matches"
                . " a line in $file$suffix");
        }

        @missing = grep { !_matches($line, $_) } @missing;
    }

    for my $pattern (@missing) {
        Test::More::fail("$name - pattern \"$pattern\" should match"
            . " a line in $file$suffix");
    }

    for my $pattern (patterns(section($block, $unwanted))) {
        my ($line) = grep { _matches($_, $pattern) } @lines;
        my $shown = $pattern =~ s/"/\\"/gr;

        if (defined $line) {
            chomp $line;
            Test::More::fail("$name - pattern \"$shown\" should not match"
                . " any line in $file but matches line \"$line\"$suffix");
            next;
        }

        Test::More::pass("$name - pattern \"$shown\" does not match"
            . " a line in $file$suffix");
    }

    return;
}

# ---- what no block may cause

# A test more for what is new in the log since the last call, unless the block
# itself expects that line; none when there is nothing.
sub check_alarms {
    my ($block) = @_;

    # a line that is being written belongs to the next call
    my ($text) = _read(error_log(), $alarm_to) =~ /\A(.*\n)?/s;

    $text //= '';
    $alarm_to += length $text;

    my @expected = map { patterns(section($block, $_)) }
        qw(error_log grep_error_log shutdown_error_log);

    my @alarms = grep {
        my $line = $_;
        $line =~ $ALARM && !grep { _matches($line, $_) } @expected;
    } _lines($text);

    if (@alarms) {
        Test::More::fail($block->name . ' - alarms in error.log');
        Test::More::diag(map { "    $_" } @alarms);
    }

    for my $file (grep { !$known{$_}++ } _reports()) {
        Test::More::fail($block->name . " - report in $file");
        Test::More::diag(_read($file, 0));
    }

    return;
}

sub _reports {
    return grep { -s } map { <"$_*"> } @prefixes,
        server_root() . '/logs/valgrind.log';
}

# The end of the log, for a block that failed.
sub show_tail {
    my ($block) = @_;

    # a record may have several lines
    my @records = split /^(?=\d{4}\/\d\d\/\d\d )/m, _read(error_log(), 0);
    my @loud = grep { !/^\S+ \S+ \[debug\]/ } @records;
    my @lines = map { length > WIDTH ? substr($_, 0, WIDTH) . "...\n" : $_ }
        _lines(join '', @loud ? @loud : @records);

    splice @lines, 0, -TAIL() if @lines > TAIL;

    Test::More::diag($block->name . ": end of error.log:\n",
        @lines ? (map { "    $_" } @lines) : "    (empty)\n");

    return;
}

1;
