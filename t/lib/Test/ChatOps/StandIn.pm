package Test::ChatOps::StandIn;

# A stand-in that runs as a process of its own: started, asked, stopped.

use strict;
use warnings;

use HTTP::Tiny;
use JSON::PP;
use POSIX ();
use Test::ChatOps::Words 'slurp';
use Time::HiRes qw(sleep time);


# Runs `command` (a list), which writes its port to "$dir/$name.port".
sub start {
    my ($class, $name, $dir, @command) = @_;

    my $port_file = "$dir/$name.port";
    my $pid = fork;

    die "fork: $!\n" unless defined $pid;

    if ($pid == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$dir/$name.out" or POSIX::_exit(1);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(1);
        exec @command, '--port-file', $port_file or POSIX::_exit(127);
    }

    my $self = bless {
        name => $name, pid => $pid, starter => $$,
        http => HTTP::Tiny->new(timeout => 120),
    }, $class;

    my $until = time + 30;

    until (-s $port_file) {
        if (waitpid($pid, POSIX::WNOHANG()) == $pid) {
            delete $self->{pid};
            die "$name did not start:\n", slurp("$dir/$name.out");
        }

        die "$name does not tell its port\n" if time > $until;
        sleep 0.02;
    }

    my ($port) = slurp($port_file) =~ /\A(\d+)/
        or die "$name: no port in $port_file\n";

    $self->{port} = $port;
    $self->{url} = "http://127.0.0.1:$port";

    return $self;
}


sub url  { return $_[0]{url} }
sub port { return $_[0]{port} }
sub pid  { return $_[0]{pid} }


# Asks the control API: GET without `json`, else POST.
sub control {
    my ($self, $path, $json) = @_;

    my $url = "$self->{url}/_control/$path";
    my $answer = @_ > 2
        ? $self->{http}->post($url, {
              headers => { 'Content-Type' => 'application/json' },
              content => encode_json($json),
          })
        : $self->{http}->get($url);

    die "$self->{name}, $path: $answer->{status} $answer->{content}\n"
        unless $answer->{success};

    return length $answer->{content} ? decode_json($answer->{content}) : undef;
}


# By the process that started it, and nobody else.
sub stop {
    my ($self) = @_;

    my $pid = $self->{pid};
    return unless $pid && $self->{starter} == $$;

    delete $self->{pid};
    kill 'TERM', $pid;

    for (1 .. 100) {
        return if waitpid($pid, POSIX::WNOHANG()) == $pid;
        sleep 0.05;
    }

    kill 'KILL', $pid;
    waitpid $pid, 0;

    return;
}


1;
