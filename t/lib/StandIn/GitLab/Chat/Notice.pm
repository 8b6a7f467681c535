package StandIn::GitLab::Chat::Notice;

# What GitLab posts to a chat when a job has ended (app/workers/
# chat_notification_worker.rb, lib/gitlab/chat). It goes to loopback only;
# what was or would have been posted is kept for the test to see.

use Mojo::Base -strict, -signatures;

use Encode qw(decode);
use Exporter 'import';
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::URL;
use Mojo::UserAgent;
use Time::HiRes qw(time);

our @EXPORT_OK = qw(notice_confirmed notice_of_job);

use constant { LIMIT => 3584, RETRY => 2, GIVE_UP => 300 };

my $MARKER = qr/section_(start|end):\d+:([a-zA-Z0-9_.-]+)(?:\[(?:\w+=\w+)(?:, ?(?:\w+=\w+))*\])?\r\e\[0K/;
my $agent;

sub notice_of_job ($job) {
    my $generation = $job->app->{generation};
    my $since      = time;
    my $again;

    $again = sub {
        return if $job->app->{generation} != $generation;

        my $success = $job->status eq 'success';
        my $output  = $success ? _output($job->visible_trace) : '';

        if (!defined $output) {
            Mojo::IOLoop->timer(RETRY, $again) if time < $since + GIVE_UP;
            return;
        }

        my $url  = $job->pipeline->chat->{response_url};
        my $body = $url =~ m{\Ahttps://hooks\.slack\.com/}
            ? _for_slack($job, $success, $output) : _for_mattermost($job, $success, $output);

        _post($job->app, $url, $body, $job->id) if $body;
    };

    Mojo::IOLoop->next_tick($again);
}

sub notice_confirmed ($app, $url) {
    _post($app, $url, { replace_original => 'true', text =>
        q{You've successfully verified! You now have access to slash commands.}
        . ' Thanks for helping ensure security!' }, undef);
}

# undef: no section yet. As GitLab reads a trace, which is not how ours are all
# written (lib/gitlab/chat/output.rb, lib/gitlab/ci/trace/section_parser.rb).
sub _output ($trace) {
    my %marks;

    while ($trace =~ /$MARKER/g) {
        push @{ $marks{$2} }, $1 eq 'start' ? [ 'start', $+[0] ] : [ 'end', $-[0] ];
    }

    for my $name (qw(chat_reply step_script build_script)) {
        my ($start, $end, @more) = @{ $marks{$name} // [] };

        next if @more || !$end || $start->[0] ne 'start' || $end->[0] ne 'end';

        my ($first, @lines) = split /\n/, substr $trace, $start->[1], $end->[1] - $start->[1];

        return join "\n", @lines;
    }

    return undef;
}

sub _for_slack ($job, $success, $output) {
    my $to  = '<@' . $job->pipeline->chat->{chat_id} . '>';
    my $url = $job->web_url;

    return { response_type => 'in_channel', text => "$to: <$url|Sorry, the build failed!>" }
        unless $success;
    return undef if $output eq '';

    return { response_type => 'in_channel', text => "$to: " . (length $output > LIMIT
        ? "<$url|The output is too large to be sent back directly!>" : _text($output)) };
}

sub _for_mattermost ($job, $success, $output) {
    my $user  = $job->app->user_entity($job->pipeline->user);
    my $by    = "[$user->{name}]($user->{web_url})";
    my @about = (
        { short => Mojo::JSON->true, title => 'ID', value => '[#' . $job->id . '](' . $job->web_url . ')' },
        { short => Mojo::JSON->true, title => 'Name', value => $job->name });

    if ($success) {
        my $text = length $output > LIMIT ? 'The output is too large to be sent back directly!'
            : "```shell\n" . _text($output =~ s/\e\[[0-9;]*m//gr) . "\n```";

        push @about, { short => Mojo::JSON->false, title => 'Output', value => $text };
    }

    return { response_type => 'in_channel', attachments => [ {
        color => $success ? '#00c100' : '#e40303',
        text  => "ChatOps job started by $by " . ($success ? 'completed successfully' : 'failed!'),
        fields => \@about } ] };
}

sub _text ($bytes) { return decode('UTF-8', $bytes) }

sub _post ($app, $url, $body, $job) {
    my $callback = { url => $url, body => $body, job => $job, at => time };
    my $host     = eval { Mojo::URL->new($url)->host } // '';

    push @{ $app->callbacks }, $callback;

    if ($host !~ /\A(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)\z/i) {
        $callback->{error} = 'not sent: not on loopback';
        return;
    }

    $agent //= Mojo::UserAgent->new(max_redirects => 0, inactivity_timeout => 20);
    $agent->post($url, {
        $url =~ m{\Ahttps://hooks\.slack\.com/} ? (Accept => 'application/json')
            : ('Content-Type' => 'application/json') }, encode_json($body), sub ($, $tx) {
        my $error = $tx->error;

        $callback->{status} = $tx->res->code;
        $callback->{error}  = $error->{message} if $error && !$tx->res->code;
    });
}

1;
