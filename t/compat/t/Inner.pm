package Inner;

# Runs a test file of its own, to see how it ends.

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use File::Basename ();
use File::Temp ();
use POSIX ();
use Time::HiRes ();

our @EXPORT = qw(end_of folder pid_in run_inner start_inner wait_for);

my $lib = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/..');
my $owner = $$;
my %running;
my @folders;

# Starts `$text` as a test file; see end_of.
sub start_inner {
    my ($text, %env) = @_;

    my $folder = File::Temp->newdir('compat-XXXXXX', TMPDIR => 1);

    mkdir "$folder/t" or die "mkdir: $!";
    push @folders, $folder;

    open(my $out, '>', "$folder/t/inner.t") or die "inner.t: $!";
    print {$out} $text;
    close $out;

    my $pid = fork() // die "fork: $!";

    if ($pid == 0) {
        chdir "$folder" or POSIX::_exit(126);

        %ENV = (%ENV, TEST_NGINX_RANDOMIZE => 1, %env);

        open(STDOUT, '>', 'out') or POSIX::_exit(126);
        open(STDERR, '>&', \*STDOUT) or POSIX::_exit(126);

        exec($^X, "-I$lib", 't/inner.t') or POSIX::_exit(127);
    }

    $running{$pid} = 1;

    return { pid => $pid, folder => "$folder" };
}

# Waits for it. Returns what it wrote, and its status as in $?.
sub end_of {
    my ($inner) = @_;

    waitpid $inner->{pid}, 0;
    delete $running{ $inner->{pid} };

    my $status = $?;

    open(my $in, '<', "$inner->{folder}/out") or die "out: $!";
    local $/;

    return (scalar <$in>, $status);
}

sub run_inner { return end_of(start_inner(@_)) }

sub folder { return $_[0]{folder} }

# The number in a file of an inner test's folder; undef: not there.
sub pid_in {
    my ($inner, $file) = @_;

    my ($path) = glob("$inner->{folder}/$file") or return;

    open(my $in, '<', $path) or return;

    return (<$in> // '') =~ /^(\d+)\n/ ? $1 : undef;
}

sub wait_for {
    my ($done) = @_;

    for (1 .. 500) {
        my $value = $done->();

        return $value if $value;

        Time::HiRes::sleep(0.02);
    }

    return;
}

END {
    if ($$ == $owner) {
        local $?;
        kill 'KILL', keys %running;
    }
}

1;
