package Test::ChatOps::GitLab;

# The sections of a block that are about GitLab: what it is set up with, and
# what is to be seen in it in the end.

use strict;
use warnings;

use Exporter 'import';
use JSON::PP;
use Test::ChatOps::Words qw(
    section text line lines characters slurp path_pattern gitlab_faults await
);

our @EXPORT_OK = qw(gitlab_calls gitlab_checks gitlab_settings);

our $Native = 'native-8f1d2a90c6e74b35';

my @ChatUsers = ('T0001/U0001 17', 'T0001/U0002 18', 'T0001/U0003 19');


# The body of the control call `reset`; jobs may write to the file `wrote`, the
# stand-in is at `url`.
sub gitlab_settings {
    my ($block, $wrote, $url) = @_;

    my $set = decode_json(section($block, 'gitlab_set') // '{}');
    my $files = $set->{files} //= {};

    $set->{variables} //= [{ key => 'SECRET', value => 's3cr3t' }];
    push @{ $set->{variables} }, variables($block),
        { key => 'JOB_WRITES', value => $wrote };

    if (defined(my $ci = section($block, 'ci'))) {
        $files->{'.gitlab-ci.yml'} = characters($ci);
    }

    my %more = parts($block, 'ci_files');
    $files->{$_} = $more{$_} for keys %more;

    delete $set->{files} unless %$files;

    for my $pair ([ci_branches => 'branches'], [ci_tags => 'tags']) {
        my ($name, $key) = @$pair;
        my %ci = parts($block, $name);

        $set->{$key}{$_}{files}{'.gitlab-ci.yml'} = $ci{$_} for keys %ci;
    }

    if (defined(my $ci = section($block, 'ci_moved'))) {
        $set->{project}{moves}{files}{'.gitlab-ci.yml'} = characters($ci);
    }

    if (my @jobs = lines($block, 'policy_jobs')) {
        $set->{project}{policy_jobs} = [map { { name => $_ } } @jobs];
    }

    protect($block, $set->{project} //= {});
    integrate($block, $set, $url);
    $set->{faults} = gitlab_faults(lines($block, 'gitlab'));

    return $set;
}


# name => content, of ">>> name" lines.
sub parts {
    my ($block, $section) = @_;

    my %parts;

    for my $part (split /^>>> /m, text($block, $section)) {
        my ($name, $content) = $part =~ /\A(\S+)\n(.*)\z/s or next;
        $parts{$name} = characters($content);
    }

    return %parts;
}


sub variables {
    my ($block) = @_;

    return map {
        my ($protected, $key, $value) = /\A(protected )?(\w+)=(.*)\z/
            or die "--- project_variables: what is \"$_\"?\n";
        { key => $key, value => characters($value),
          protected => $protected ? 1 : 0 };
    } lines($block, 'project_variables');
}


sub protect {
    my ($block, $project) = @_;

    my @lines = lines($block, 'protected') or return;

    $project->{protected_branches} = [];

    for my $line (grep { $_ ne 'none' } @lines) {
        $line =~ /\Atag (\S+)\z/
            ? push @{ $project->{protected_tags} }, { name => $1 }
            : push @{ $project->{protected_branches} }, { name => $line };
    }

    return;
}


sub integrate {
    my ($block, $set, $url) = @_;

    my $integration = line($block, 'integration') // return;

    my ($service, $markdown) =
        $integration =~ /\A(slack|mattermost)( markdown)?\z/
        or die "--- integration: what is \"$integration\"?\n";
    my $name = "${service}_slash_commands";

    $set->{external_url} //= $url;
    $set->{integrations}{$name} =
        { token => $Native, markdown => $markdown ? 1 : 0 };

    my @users = lines($block, 'chat_users');

    @users = @ChatUsers unless @users || defined $block->chat_users;

    for my $user (@users) {
        my ($team, $chat_id, $id, $unverified) =
            $user =~ m{\A(\S+)/(\S+) (\d+)( unverified)?\z}
            or die "--- chat_users: what is \"$user\"?\n";

        push @{ $set->{chat_names} }, {
            team_id => $team, chat_id => $chat_id, user => $id + 0,
            verified => $unverified ? undef : $name,
        };
    }

    return;
}


# `test`: the functions is, ok and like of the block.
sub gitlab_checks {
    my ($block, $gitlab, $wrote, $test) = @_;

    my $within = line($block, 'within') // 10;
    my $is = $test->{is};
    my $state = sub { return $gitlab->control('state') };
    my $soon = sub {
        my ($section, $expected, $got) = @_;
        await($within, sub { ($got->() // '') eq $expected });
        $is->($got->(), $expected, $section);
    };
    my $pipelines = sub {
        return grep { $_->{status} ne 'skipped' || $_->{source} ne 'push' }
               @{ $state->()->{pipelines} };
    };

    if (defined(my $count = line($block, 'pipelines'))) {
        $is->(scalar(() = $pipelines->()), $count, 'pipelines');
    }

    for my $pair ([pipeline_jobs => 'name'], [job_status => 'status']) {
        my ($section, $field) = @$pair;
        my $expected = line($block, $section);
        next unless defined $expected;

        my @pipelines = $pipelines->();
        $is->(@pipelines ? join ' ', map { $_->{$field} }
                           @{ $pipelines[-1]{jobs} } : undef,
              $expected, $section);
    }

    if (my @expected = lines($block, 'pipelines_made')) {
        $soon->('pipelines_made', join("\n", @expected),
                sub { made(\@expected, $pipelines->()) });
    }

    if (defined(my $expected = section($block, 'pipeline_variables'))) {
        chomp $expected;

        my @pipelines = $pipelines->();
        my $variables = @pipelines ? $pipelines[-1]{variables} : {};
        my @got = map {
            defined $variables->{$_} ? "$_=$variables->{$_}" : $_
        } sort keys %$variables;

        $is->(join("\n", @got), characters($expected), 'pipeline_variables');
    }

    if (defined(my $count = line($block, 'callbacks'))) {
        $soon->('callbacks', $count,
                sub { scalar @{ $state->()->{callbacks} } });
    }

    if (defined(my $expected = line($block, 'branches'))) {
        $soon->('branches', $expected,
                sub { join ' ', sort keys %{ $state->()->{branches} } });
    }

    if (defined(my $expected = section($block, 'job_wrote'))) {
        $soon->('job_wrote', $expected, sub { slurp($wrote) });
    }

    check_calls($block, $gitlab, $test);

    return;
}


# The pipelines as the expected lines have them: as many fields as these, and
# no jobs where they say none.
sub made {
    my ($expected, @pipelines) = @_;

    my @lines;

    for my $n (0 .. $#pipelines) {
        my $pipeline = $pipelines[$n];
        my ($head, $jobs) = split /: /, $expected->[$n] // '', 2;
        my @words = split / /, $head // '';
        my @fields = @$pipeline{qw(source ref status user)};
        my $line = join ' ', @fields[0 .. (@words || 4) - 1];

        $line =~ s{chatops/\w{26}}{chatops/ID};
        $line .= ': ' . join '|', map { $_->{name} } @{ $pipeline->{jobs} }
            if defined $jobs || !defined $expected->[$n];
        push @lines, $line;
    }

    return join "\n", @lines;
}


sub check_calls {
    my ($block, $gitlab, $test) = @_;

    for my $line (lines($block, 'gitlab_calls')) {
        my ($method, $path, $times) =
            $line =~ /\A(\S+) (\S+)(?: x(\d+))?\z/
            or die "--- gitlab_calls: what is \"$line\"?\n";
        my $got = gitlab_calls($gitlab, $method, $path);

        defined $times ? $test->{is}->($got, $times, "gitlab_calls: $line")
                       : $test->{ok}->($got > 0, "gitlab_calls: $line");
    }

    for my $line (lines($block, 'gitlab_calls_unlike')) {
        $test->{is}->(gitlab_calls($gitlab, split / /, $line), 0,
                      "gitlab_calls_unlike: $line");
    }

    if (my @complaints = @{ $gitlab->control('state')->{complaints} }) {
        $test->{is}->(join('; ', map { $_->{reason} } @complaints), '',
                      'GitLab has nothing to complain about');
    }

    return;
}


# How often it was asked that.
sub gitlab_calls {
    my ($gitlab, $method, $path) = @_;

    my $pattern = path_pattern($path);

    return scalar grep {
        $_->{method} eq $method && $_->{path} =~ /$pattern/
    } @{ $gitlab->control('log')->{requests} };
}


1;
