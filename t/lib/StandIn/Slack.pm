package StandIn::Slack;

# A stand-in for Slack: it signs and sends slash commands, gives the answer
# three seconds, and holds the response URLs that it handed out.  It refuses
# what Slack refuses, and what it is not sure about.
#
#   POST /commands/T0001/<n>/<random>   a response URL
#
# Control, JSON in and out:
#
#   POST /_control/reset     { secret, url, link_origins } forgets all
#   POST /_control/command   sends a command (StandIn::Slack::Command) or
#                            `count` of them at once, `{n}` in `typed` being
#                            the number; `hang_up_ms`: Slack goes away;
#                            `limit_ms`: instead of 3000; `detach`: do not
#                            wait for the answer
#   POST /_control/issue     { user_id, team_id } a response URL and a trigger
#                            id, for a command that somebody else sends
#   POST /_control/answered  { id, status, content_type, body, ms } what it got
#   GET  /_control/commands  all commands and their answers
#   GET  /_control/posts     what was posted to response URLs and taken
#   GET  /_control/attempts  all requests to response URLs
#   POST /_control/faults    [ { status, headers, body, delay_ms, action, skip,
#                            times } ], in order; action: hang, drop (before
#                            the message is taken), drop_after; times 0: always
#   POST /_control/clock     { offset } seconds added to the time

use Mojo::Base 'Mojolicious', -signatures;

use Encode 'encode_utf8';
use Mojo::IOLoop;
use Mojo::JSON 'decode_json';
use Mojo::UserAgent;
use Mojo::Util 'steady_time';
use StandIn::Slack::Command 'build_command';
use StandIn::Slack::Message 'check_message';
use Time::HiRes 'time';

use constant {
    ANSWER_LIMIT_MS => 3_000,
    URL_POSTS       => 5,
    URL_SECONDS     => 30 * 60,
};

has base  => 'http://127.0.0.1';
has state => sub { fresh({}) };

has agent => sub {
    Mojo::UserAgent->new(max_connections => 0, max_redirects => 0,
                         inactivity_timeout => 0, connect_timeout => 10);
};


sub fresh ($given) {
    return {
        secret       => $given->{secret} // 'not set',
        url          => $given->{url},
        link_origins => $given->{link_origins},
        offset       => 0,
        urls         => {},
        commands     => [],
        posts        => [],
        attempts     => [],
        faults       => [],
    };
}


sub startup ($self) {
    $self->mode('production');
    $self->log->level('warn');
    $self->secrets(['none is needed']);
    $self->max_request_size(1024 * 1024);

    my $r = $self->routes;

    $r->post('/commands/:team/:number/:random')->to(cb => \&response_url);

    my $control = $r->any('/_control');

    $control->post('/reset')->to(cb => sub ($c) {
        $self->state(fresh($c->req->json // {}));
        $c->render(json => {});
    });

    $control->post('/clock')->to(cb => sub ($c) {
        $self->state->{offset} = $c->req->json->{offset};
        $c->render(json => {});
    });

    $control->post('/faults')->to(cb => sub ($c) {
        my @rules = map { { times => 1, skip => 0, %$_ } } @{ $c->req->json };
        $self->state->{faults} = \@rules;
        $c->render(json => {});
    });

    $control->post('/issue')->to(cb => sub ($c) {
        $c->render(json => shown($self->issue($c->req->json // {})));
    });

    $control->post('/answered')->to(cb => sub ($c) {
        my $answer = $c->req->json;
        my $command = $self->state->{commands}[$answer->{id} - 1]
            or return $c->render(json => {}, status => 404);

        $self->answered($command, $answer);
        $c->render(json => shown($command));
    });

    $control->post('/command')->to(cb => \&control_command);

    for my $list (qw(commands posts attempts)) {
        $control->get("/$list")->to(cb => sub ($c) {
            my $all = $self->state->{$list};
            $c->render(json => [map { shown($_) } @$all]);
        });
    }
}


sub now ($self) { return time + $self->state->{offset} }


# What the control API tells of a record: all but its references to us.
sub shown ($record) {
    return { map  { $_ => $record->{$_} }
             grep { !/\A_/ } keys %$record };
}


sub issue ($self, $given) {
    my $state = $self->state;
    my $id = @{ $state->{commands} } + 1;
    my $team = $given->{team_id} // 'T0001';

    my $random = join '', map { ('A' .. 'Z', 'a' .. 'z', 0 .. 9)[rand 62] }
                          1 .. 24;
    my $path = "/commands/$team/" . (397700880000 + $id) . "/$random";

    my $command = {
        typed      => '/gitlab',
        user_id    => 'U0001',
        team_id    => $team,
        channel_id => 'C0001',
        %$given,
        id           => $id,
        issued_at    => $self->now,
        response_url => $self->base . $path,
        trigger_id   => sprintf('%d.%d.%s', 1000 * time, $id, lc $random),
    };

    push @{ $state->{commands} }, $command;
    $state->{urls}{$path} = { command => $command, posts => 0 };

    return $command;
}


sub control_command ($c) {
    my $self = $c->app;
    my $given = $c->req->json;
    my $count = delete $given->{count} // 1;
    my $detach = delete $given->{detach};
    my @commands;

    for my $number (1 .. $count) {
        my %one = %$given;
        $one{typed} =~ s/\{n\}/$number/g if defined $one{typed};
        push @commands, $self->issue(\%one);
    }

    my $left = @commands;

    $c->inactivity_timeout(600);

    if ($detach) {
        $c->render(json => [map { shown($_) } @commands]);

    } else {
        $c->render_later;
    }

    for my $command (@commands) {
        $self->send_command($command, sub {
            return if --$left || $detach;
            $c->render(json => [map { shown($_) } @commands]);
        });
    }
}


sub send_command ($self, $command, $done) {
    my $state = $self->state;

    my %raw = %$command;
    $raw{secret} //= $state->{secret};

    for my $key (qw(typed body)) {
        $raw{$key} = encode_utf8($raw{$key}) if defined $raw{$key};
    }

    if ($raw{form}) {
        $raw{form} = { map { $_ => defined $raw{form}{$_}
                                   ? encode_utf8($raw{form}{$_}) : undef }
                       keys %{ $raw{form} } };
    }

    # What is repeated from an earlier command is the whole request.
    my $built = $command->{replay}
                ? $state->{commands}[$command->{replay} - 1]{_built}
                : build_command(\%raw);

    $command->{_built} = $built;

    my $agent = $self->agent;
    my $tx = $agent->build_tx(POST => $command->{url} // $state->{url},
                              { map { @$_ } @{ $built->{headers} } },
                              $built->{body});

    my $started = steady_time();
    my ($finished, $timer, $hang_up);

    my $finish = sub ($answer) {
        return if $finished++;

        Mojo::IOLoop->remove($timer);
        Mojo::IOLoop->remove($hang_up) if $hang_up;

        $answer->{ms} = int(1000 * (steady_time() - $started));
        $self->answered($command, $answer);
        $done->();
    };

    my $give_up = sub ($answer) {
        my $connection = $tx->connection;

        $finish->($answer);
        Mojo::IOLoop->remove($connection) if $connection;
    };

    my $limit = ($command->{limit_ms} // ANSWER_LIMIT_MS) / 1000;

    $timer = Mojo::IOLoop->timer($limit => sub {
        $give_up->({ timeout => 1 });
    });

    if (defined $command->{hang_up_ms}) {
        $hang_up = Mojo::IOLoop->timer($command->{hang_up_ms} / 1000 => sub {
            $give_up->({ hung_up => 1 });
        });
    }

    $agent->start($tx => sub ($agent, $tx) {
        my $error = $tx->error;

        return $finish->({ broken => $error->{message} })
            if $error && !$error->{code};

        $finish->({
            status       => $tx->res->code,
            content_type => $tx->res->headers->content_type,
            body         => $tx->res->body,
        });
    });
}


# Works out what Slack shows for an answer to a command; `body` in bytes, or
# characters where it came through the control API.
sub answered ($self, $command, $answer) {
    my ($slash) = $command->{typed} =~ /\A(\S*)/;
    my $failed = sub ($error) {
        $command->{error} = $error;
        $command->{visibility} = 'ephemeral';
        $command->{text} = qq{$slash failed with the error "$error"};
    };

    $command->{ms} = $answer->{ms};
    $command->{status} = $answer->{status};
    $command->{faults} = [];
    $command->{answered} = 1;

    return $command->{error} = 'hung_up' if $answer->{hung_up};
    return $failed->('operation_timeout') if $answer->{timeout};
    return $failed->('dispatch_failed')
        if $answer->{broken} || ($answer->{status} // 0) != 200;

    my $body = $answer->{body} // '';
    $body = encode_utf8($body) if utf8::is_utf8($body);

    return $command->{visibility} = 'none' if $body eq '';

    if (($answer->{content_type} // '') !~ m{\Aapplication/json\b}) {
        $command->{visibility} = 'ephemeral';
        $command->{text} = $body;
        return;
    }

    my $judged = $self->judge($command, $body, answer => 1);

    return $failed->('dispatch_failed') if $judged->{error};

    my $message = $judged->{message};

    $command->{faults} = $judged->{faults};
    $command->{advice} = $judged->{advice};
    $command->{text} = $message->{text} // '';
    $command->{visibility} = $message->{response_type} // 'ephemeral';
}


sub judge ($self, $command, $body, %more) {
    return check_message($body, user => $command->{user_id},
                         link_origins => $self->state->{link_origins}, %more);
}


sub response_url ($c) {
    my $self = $c->app;
    my $state = $self->state;
    my $attempt = {
        at           => $self->now,
        path         => $c->req->url->path->to_string,
        content_type => $c->req->headers->content_type,
    };

    push @{ $state->{attempts} }, $attempt;

    my $rule = $self->next_fault;
    my $action = $rule ? $rule->{action} // 'answer' : 'none';

    $attempt->{fault} = $action if $rule;

    if ($action eq 'hang') {
        $c->render_later->inactivity_timeout(3600);
        return;
    }

    return drop($c) if $action eq 'drop';

    if ($action eq 'answer' && $rule->{status}) {
        my $answer = sub {
            return unless $c->tx;
            $attempt->{status} = $rule->{status};

            for my $name (keys %{ $rule->{headers} // {} }) {
                $c->res->headers->header($name => $rule->{headers}{$name});
            }

            $c->render(data => $rule->{body} // '', status => $rule->{status});
        };

        return $answer->() unless $rule->{delay_ms};

        $c->render_later;
        Mojo::IOLoop->timer($rule->{delay_ms} / 1000 => $answer);
        return;
    }

    if ($rule && $rule->{delay_ms}) {
        $c->render_later;
        Mojo::IOLoop->timer($rule->{delay_ms} / 1000 => sub {
            take($c, $attempt, $action) if $c->tx;
        });
        return;
    }

    take($c, $attempt, $action);
}


sub next_fault ($self) {
    for my $rule (@{ $self->state->{faults} }) {
        next if $rule->{spent};

        if ($rule->{skip}) {
            $rule->{skip}--;
            next;
        }

        $rule->{spent} = 1 if $rule->{times} && !--$rule->{times};
        return $rule;
    }

    return;
}


sub drop ($c) {
    $c->render_later;
    Mojo::IOLoop->remove($c->tx->connection);
}


# Takes a message, or refuses it as Slack does.
sub take ($c, $attempt, $action) {
    my $self = $c->app;
    my $state = $self->state;

    my $refuse = sub ($status, $error) {
        $attempt->{status} = $status;
        $attempt->{error} = $error;

        return $c->render(json => { ok => \0, error => $error },
                          status => $status) if $status == 404;
        $c->render(text => $error, status => $status);
    };

    my $url = $state->{urls}{$attempt->{path}}
        or return $refuse->(404, 'no_such_url');

    my $command = $url->{command};
    $attempt->{command} = $command->{id};

    if ($self->now - $command->{issued_at} > URL_SECONDS) {
        return $refuse->(404, 'expired_url');
    }

    return $refuse->(404, 'used_url') if $url->{posts} >= URL_POSTS;

    my $judged = $self->judge($command, $c->req->body);

    return $refuse->(400, $judged->{error}) if $judged->{error};

    my $type = $c->req->headers->content_type // '';
    if ($type !~ m{\Aapplication/json(?:;|\z)}) {
        return $refuse->(400, 'invalid_payload');
    }

    $url->{posts}++;

    push @{ $state->{posts} }, {
        at         => $self->now,
        command    => $command->{id},
        user_id    => $command->{user_id},
        text       => $judged->{message}{text} // '',
        visibility => $judged->{message}{response_type} // 'ephemeral',
        message    => $judged->{message},
        links      => $judged->{links},
        faults     => $judged->{faults},
        advice     => $judged->{advice},
    };

    return drop($c) if $action eq 'drop_after';

    $attempt->{status} = 200;
    $c->render(text => 'ok');
}


1;
