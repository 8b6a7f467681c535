package StandIn::GitLab::Runner;

# The runner: takes pending jobs in turn and runs their scripts with bash, each
# in a checkout of its own and a process group of its own, several at a time.
# The event loop never waits for them.

use Mojo::Base -base, -signatures;

use Encode      qw(encode_utf8);
use File::Path  qw(make_path remove_tree);
use Mojo::IOLoop;
use Mojo::IOLoop::Stream;
use POSIX       qw(WNOHANG);
use Time::HiRes qw(time);
use StandIn::GitLab::Predefined qw(job_variables);
use StandIn::GitLab::Trace;
use StandIn::GitLab::Variables qw(variables_for_job);

has [qw(app dir)];
has enabled      => 1;
has limit        => 8;
has executor     => 'docker';
has trace_format => 'classic';
has pickup_delay_ms => 0;
has trace_delay_ms  => 0;
has finish_delay_ms => 0;
has queue   => sub { [] };
has running => sub { {} };    # job id => what is known of its run

use constant { DRAIN => 0.2, WATCH => 0.02 };

sub entity ($self) {
    return {
        id => 1, description => 'stand-in', ip_address => '127.0.0.1',
        active => $self->app->bool(1), paused => $self->app->bool(0),
        is_shared => $self->app->bool(1), runner_type => 'instance_type',
        name => 'gitlab-runner', online => $self->app->bool(1), status => 'online',
    };
}

sub add ($self, $job) {
    my $delay = $self->pickup_delay_ms / 1000;

    push @{ $self->queue }, [ $job, time + $delay ];
    $delay ? Mojo::IOLoop->timer($delay + 0.001 => sub { $self->take })
        : Mojo::IOLoop->next_tick(sub { $self->take });
}

sub take ($self) {
    my @later;

    while ($self->enabled && keys %{ $self->running } < $self->limit
        && @{ $self->queue })
    {
        my $entry = shift @{ $self->queue };
        my ($job, $at) = @$entry;

        next if $job->status ne 'pending';

        if ($at > time) {
            push @later, $entry;
            next;
        }

        $self->_start($job);
    }

    unshift @{ $self->queue }, @later;
}

# The runner machine dies: no end markers, no last words.
sub die_of ($self, $job) {
    my $run = $self->running->{ $job->id } // return;

    $run->{dead} = 1;
    $self->kill_job($job);
}

sub kill_job ($self, $job) {
    my $run = $self->running->{ $job->id } // return;

    $run->{killed} = 1;
    kill 'KILL', -$run->{pid} if $run->{pid};
}

sub stop ($self) {
    $self->queue([]);

    for my $run (values %{ $self->running }) {
        next unless $run->{pid};
        kill 'KILL', -$run->{pid};
        waitpid $run->{pid}, 0;
    }

    for my $run (values %{ $self->running }) {
        delete $run->{pid};
        Mojo::IOLoop->remove($_) for grep { defined } $run->{watch}, @{ $run->{streams} // [] };
    }

    $self->running({});
}

sub _start ($self, $job) {
    my $home  = $self->dir . '/' . $job->id;
    my $trace = StandIn::GitLab::Trace->new(format => $self->trace_format);
    my $run   = { job => $job, trace => $trace, home => $home, build => "$home/build" };

    $self->running->{ $job->id } = $run;
    $job->trace($trace);
    $job->set_status('running');

    make_path("$home/build", "$home/tmp");
    $job->project->repository->checkout($job->pipeline->commit->{sha}, "$home/build");

    my $env = variables_for_job(
        sub ($key, $value) {
            _write("$home/tmp/$key", encode_utf8($value));
            return "$home/tmp/$key";
        },
        job_variables($job->pipeline, $job),
        { key => 'CI_PROJECT_DIR', value => "$home/build" },
        { key => 'CI_BUILDS_DIR',  value => $self->dir },
    );

    $run->{env} = {
        PATH => $ENV{PATH}, HOME => $home, USER => 'root', SHELL => '/bin/bash',
        (map { encode_utf8($_) => encode_utf8($env->{$_}) =~ s/\0.*//sr } keys %$env),
    };

    $self->_introduce($run);
    $job->held_length(length $trace->text);

    $trace->section_start('step_script', 'Executing "step_script" stage of the job script');
    $trace->line('Using docker image sha256:' . '4f' x 32 . " for $run->{image} with digest "
        . $run->{image} =~ s/:[^:\/]*\z//r . '@sha256:' . '7a' x 32 . ' ...')
        if $self->executor eq 'docker';

    my $spec = $job->spec;

    $self->_shell($run, [ @{ $spec->{before_script} }, @{ $spec->{script} } ], sub ($code) {
        $run->{code} = $code;

        return $self->_end($run) if $run->{dead};

        $trace->section_end('step_script');

        return $self->_end($run) if $run->{killed} || !@{ $spec->{after_script} };

        $trace->section_start('after_script', 'Running after_script');
        $trace->green('Running after script...');
        $run->{env}{CI_JOB_STATUS} = $code == 0 ? 'success' : 'failed';

        $self->_shell($run, $spec->{after_script}, sub ($after) {
            $trace->section_end('after_script');
            $trace->say("\e[0;33mWARNING: after_script failed, but job will continue"
                . " unaffected: exit code $after\e[0;m\n") if $after && !$run->{killed};
            $self->_end($run);
        });
    });
}

sub _introduce ($self, $run) {
    my ($job, $trace) = @{$run}{qw(job trace)};
    my $commit = $job->pipeline->commit;

    $run->{image} = $job->spec->{image} // 'debian:12';
    $trace->line('Running with gitlab-runner 18.4.0 (139a0ac0)');
    $trace->line('  on stand-in t1_sTandIn, system ID: s_0123456789ab');

    $trace->section_start('prepare_executor', sprintf 'Preparing the "%s" executor', $self->executor);

    if ($self->executor eq 'docker') {
        $trace->line("Using Docker executor with image $run->{image} ...");

    } else {
        $trace->line('Using Shell (bash) executor...');
    }

    $trace->section_end('prepare_executor');
    $trace->section_start('prepare_script', 'Preparing environment');
    $trace->say("Running on runner-t1standin-project-" . $job->project->id . "-concurrent-0...\n");
    $trace->section_end('prepare_script');
    $trace->section_start('get_sources', 'Getting source from Git repository');
    $trace->green('Fetching changes with git depth set to 20...');
    $trace->say('Initialized empty Git repository in /builds/' . $job->project->path . "/.git/\n");
    $trace->green('Created fresh repository.');
    $trace->green('Checking out ' . substr($commit->{sha}, 0, 8)
        . ' as detached HEAD (ref is ' . encode_utf8($job->pipeline->ref) . ')...');
    $trace->say("\n");
    $trace->green('Skipping Git submodules setup');
    $trace->section_end('get_sources');
}

sub _quote ($text) { return "'" . $text =~ s/'/'\\''/gr . "'" }

# What the runner's bash writer makes of a list of commands (shells/bash.go).
sub _script_text (@commands) {
    my $body = '';

    for my $command (map { encode_utf8($_) } @commands) {
        my $trimmed = $command =~ s/\A\s+|\s+\z//gr;
        my ($first, $more) = $trimmed =~ /\A([^\n]*)(\n)?/;

        if ($trimmed eq '') {
            $body .= "echo\n";
            next;
        }

        $body .= 'echo ' . _quote("\e[32;1m\$ $first"
            . (defined $more ? ' # collapsed multi-line command' : '') . "\e[0;m")
            . "\n$trimmed\n";
    }

    return "set -eo pipefail\nset +o noclobber\n: | eval " . _quote($body) . "\nexit 0\n";
}

# Runs the commands, then calls `done` with the exit code, all output read.
sub _shell ($self, $run, $commands, $done) {
    my $file  = "$run->{home}/tmp/script.sh";
    my $trace = $run->{trace};
    my @kinds = $trace->stamped ? qw(O E) : qw(O);

    _write($file, _script_text(@$commands));

    my (@readers, @writers);

    for (@kinds) {
        pipe my $reader, my $writer or die "pipe: $!";
        push @readers, $reader;
        push @writers, $writer;
    }

    my $pid = fork // die "fork: $!";

    if (!$pid) {
        $SIG{$_} = 'DEFAULT' for qw(TERM INT PIPE CHLD HUP);
        setpgrp 0, 0;
        open STDIN, '<', '/dev/null';
        POSIX::dup2(fileno $writers[0],  1);
        POSIX::dup2(fileno $writers[-1], 2);
        chdir $run->{build} or POSIX::_exit(127);
        %ENV = %{ $run->{env} };
        exec { '/bin/bash' } 'bash', '--noprofile', '--norc', $file
            or POSIX::_exit(127);
    }

    setpgrp $pid, $pid;
    close $_ for @writers;
    $run->{pid} = $pid;

    my $open = @readers;
    my ($status, $ended_at, $finish);

    my $look = sub {
        return if $finish;

        if (!defined $status && waitpid($pid, WNOHANG) == $pid) {
            $status   = $?;
            $ended_at = time;
        }

        return if !defined $status || $open && time < $ended_at + DRAIN;

        $finish = 1;
        Mojo::IOLoop->remove(delete $run->{watch});
        Mojo::IOLoop->remove($_) for @{ delete $run->{streams} };
        delete $run->{pid};
        kill 'KILL', -$pid;
        $trace->script_end;
        $done->($status & 127 ? 128 + ($status & 127) : $status >> 8);
    };

    for my $n (0 .. $#readers) {
        my $stream = Mojo::IOLoop::Stream->new($readers[$n])->timeout(0);

        $stream->on(read  => sub ($, $bytes) { $trace->script($kinds[$n], $bytes) });
        $stream->on(error => sub { });
        $stream->on(close => sub {
            $open--;
            Mojo::IOLoop->next_tick($look) unless $open;
        });
        push @{ $run->{streams} }, Mojo::IOLoop->stream($stream);
    }

    $run->{watch} = Mojo::IOLoop->recurring(WATCH, $look);
}

sub _end ($self, $run) {
    my ($job, $trace, $code) = @{$run}{qw(job trace code)};
    my $status = $run->{dead} ? 'failed' : $run->{killed} ? 'canceled'
        : $code == 0 ? 'success' : 'failed';

    if ($run->{dead}) {
        $job->failure_reason('runner_system_failure');

    } else {
        $trace->section_start('cleanup_file_variables',
            'Cleaning up project directory and file based variables');
        $trace->section_end('cleanup_file_variables');

        if ($status eq 'success') {
            $trace->green('Job succeeded');

        } else {
            my $reason = $run->{killed} ? 'canceled'
                : ($self->executor eq 'docker' ? 'exit code' : 'exit status') . " $code";

            $trace->say("\e[31;1mERROR: Job failed: $reason\n\e[0;m\n");
            $job->failure_reason('script_failure') if $status eq 'failed';
            $job->exit_code($code);
        }
    }

    $trace->close;
    remove_tree($run->{home});

    my $finish = sub {
        delete $self->running->{ $job->id };
        $job->hold_until(time + $self->trace_delay_ms / 1000) if $self->trace_delay_ms;

        my $retry = ref $job->spec->{retry} eq 'HASH'
            ? $job->spec->{retry}{max} : $job->spec->{retry};

        $job->set_status($status);
        $job->retry(undef) if $status eq 'failed' && $retry && $job->attempt <= $retry;
        $self->take;
    };

    $self->finish_delay_ms ? Mojo::IOLoop->timer($self->finish_delay_ms / 1000 => $finish)
        : $finish->();
}

sub _write ($file, $bytes) {
    open my $handle, '>:raw', $file or die "$file: $!";
    print {$handle} $bytes;
    close $handle or die "$file: $!";
}

1;
