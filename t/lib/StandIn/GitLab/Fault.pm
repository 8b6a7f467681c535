package StandIn::GitLab::Fault;

# What goes wrong on purpose. A rule: method, path (a regex over the request's
# target), skip (so many requests pass first), times (then so many fail, all
# when not said), and what happens:
#
#   status, body, headers   that answer, and nothing is done
#   headers alone           the real answer with these headers too
#   delay_ms alone          the request is done, that much later
#   action => drop          the connection closes, nothing is done
#             hang          no answer ever, nothing is done
#             garbage       bytes that are no HTTP
#             truncate      done; half of the body, then the connection closes
#             drop_after    done; the connection closes without an answer
#             late          done at once; answered after delay_ms, or never;
#                           with a status: by that answer

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(fault_check fault_match);

my %ACTION = map { $_ => 1 } qw(drop hang garbage truncate drop_after late);
my %KEY = map { $_ => 1 }
    qw(method path times skip status body headers delay_ms action);

# undef, or what is wrong with the rule.
sub fault_check ($rule) {
    my @unknown = grep { !$KEY{$_} } sort keys %$rule;

    return "unknown key: $unknown[0]" if @unknown;
    return "unknown action: $rule->{action}"
        if defined $rule->{action} && !$ACTION{ $rule->{action} };
    return 'the rule does nothing'
        unless grep { defined $rule->{$_} } qw(status headers delay_ms action);
    return "path is no regex: $@"
        if defined $rule->{path} && !eval { qr/$rule->{path}/ };
    return undef;
}

sub fault_match ($rules, $method, $target) {
    for my $rule (@$rules) {
        next if defined $rule->{method} && $rule->{method} ne $method;
        next if defined $rule->{path} && $target !~ /$rule->{path}/;
        next if ++$rule->{seen} <= ($rule->{skip} // 0);
        next if defined $rule->{times} && ($rule->{hits} // 0) >= $rule->{times};

        $rule->{hits}++;
        return $rule;
    }

    return undef;
}

1;
