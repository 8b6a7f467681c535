package StandIn::GitLab::Config::Keyword;

# What the keywords of a job and of `default:` may be told, as far as it does
# not matter to a pipeline's jobs (lib/gitlab/ci/config/entry).

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Config::Entry qw(check_script check_variables is_boolean is_string);
use StandIn::GitLab::Regexp qw(regexp_compile);

our @EXPORT_OK = qw(check_keywords is_duration);

my $WHEN = qr/\A(?:on_success|on_failure|always)\z/;

my %CHECK = (
    image         => sub ($is, $at, $say) { _image($is, "$at:image", $say) },
    services      => \&_services,
    cache         => \&_caches,
    artifacts     => \&_artifacts,
    retry         => \&_retry,
    environment   => \&_environment,
    trigger       => \&_trigger,
    id_tokens     => \&_id_tokens,
    interruptible => sub ($is, $at, $say) {
        $say->("$at:interruptible config should be a boolean value") unless is_boolean($is);
    },
    tags => sub ($is, $at, $say) {
        $say->("$at:tags config should be an array of strings") unless _strings($is);
    },
    timeout => sub ($is, $at, $say) {
        $say->("$at:timeout config should be a duration") unless is_duration($is);
    },
    hooks => sub ($is, $at, $say) {
        return $say->("$at:hooks config should be a hash") if ref $is ne 'HASH';
        _keys($is, "$at:hooks", $say, 'pre_get_sources_script');
        check_script($is->{pre_get_sources_script}, "$at:hooks:pre_get_sources_script", $say);
    },
    coverage => sub ($is, $at, $say) {
        $say->("$at:coverage config must be a regular expression with re2 syntax")
            unless is_string($is) && regexp_compile($is);
    },
    dependencies => sub ($is, $at, $say) {
        $say->("$at dependencies should be an array of strings") unless _strings($is);
    },
    extends => sub ($is, $at, $say) {
        $say->("$at extends should be an array of strings or a string")
            unless is_string($is) || _strings($is);
    },
    resource_group => sub ($is, $at, $say) {
        $say->("$at resource group should be a string") unless is_string($is);
    },
    manual_confirmation => sub ($is, $at, $say) {
        $say->("$at manual confirmation should be a string") unless is_string($is);
    },
    release => sub ($is, $at, $say) {
        return $say->("$at:release config should be a hash") if ref $is ne 'HASH';
        $say->("$at:release config missing required keys: $_")
            for grep { !exists $is->{$_} } qw(tag_name);
        $say->("$at:release description can't be blank") unless length($is->{description} // '');
    },
);

# `at`: "jobs:NAME" or "default".
sub check_keywords ($body, $at, $say) {
    for my $key (grep { defined $body->{$_} && $CHECK{$_} } keys %$body) {
        $CHECK{$key}->($body->{$key}, $at, $say);
    }

    $say->("$at publish can only be used within a `pages` job") if defined $body->{publish}
        && !$body->{pages} && $at ne 'jobs:pages';
}

# "1 hour 30 min", "90", as far as the stand-in knows them.
sub is_duration ($text) {
    return is_string($text)
        && $text =~ /\A\s*(?:(?:and\s+)?\d+(?:\.\d+)?\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?
            |d|days?|w|weeks?|mos?|mons?|months?|y|yrs?|years?)?[\s,]*)+\z/xi
        || is_string($text) && $text =~ /\Anever\z/i;
}

sub _strings ($list) { return ref $list eq 'ARRAY' && !grep { !is_string($_) } @$list }

sub _keys ($hash, $at, $say, @known) {
    my %known   = map { $_ => 1 } @known;
    my @unknown = grep { !$known{$_} } keys %$hash;

    $say->("$at config contains unknown keys: " . join ', ', @unknown) if @unknown;
}

sub _image ($image, $at, $say, @more) {
    return if is_string($image) && $image =~ /\S/;
    return $say->("$at config should be a hash or a string") if ref $image ne 'HASH';

    _keys($image, $at, $say, qw(docker kubernetes name entrypoint pull_policy), @more);
    $say->("$at name can't be blank") unless length($image->{name} // '');
    $say->("$at name should be a string")
        if defined $image->{name} && !is_string($image->{name});
    $say->("$at entrypoint should be an array of strings")
        if defined $image->{entrypoint} && !_strings($image->{entrypoint});

    my $policy = $image->{pull_policy};

    $say->("$at:pull_policy config can't be blank")
        if ref $policy eq 'ARRAY' && !@$policy || defined $policy && !ref $policy && $policy eq '';
    $say->("$at:pull_policy config should be always, if-not-present, never or an array of these")
        if grep { !/\A(?:always|if-not-present|never)\z/ }
            ref $policy eq 'ARRAY' ? @$policy : length($policy // '') ? $policy : ();
}

sub _services ($services, $at, $say) {
    return $say->("$at:services config should be an array") if ref $services ne 'ARRAY';

    for my $service (map { ref eq 'ARRAY' ? @$_ : $_ } @$services) {
        _image($service, "$at:services:service", $say, qw(command alias variables));
        next if ref $service ne 'HASH';

        check_variables($service->{variables}, "$at:services:service:variables", $say);
        check_script($service->{command}, "$at:services:service:command", $say);
        $say->("$at:services:service alias should be a string")
            if defined $service->{alias} && !is_string($service->{alias});
    }
}

sub _caches ($caches, $at, $say) {
    return $say->("$at:caches config can only be a hash or an array")
        if ref($caches) !~ /\A(?:HASH|ARRAY)\z/;

    my @list = ref $caches eq 'ARRAY' ? @$caches : $caches;

    $say->("$at:caches config no more than 4 caches can be created") if @list > 4;

    for my $cache (@list) {
        if (ref $cache ne 'HASH') {
            $say->("$at:cache config should be a hash");
            next;
        }

        _keys($cache, "$at:cache", $say,
            qw(key untracked paths when policy unprotect fallback_keys));
        $say->("$at:cache:paths config should be an array of strings")
            if defined $cache->{paths} && !_strings($cache->{paths});
        $say->("$at:cache when should be one of: on_success, on_failure, always")
            if defined $cache->{when} && $cache->{when} !~ $WHEN;
        $say->("$at:cache policy should be a variable or one of: pull-push, push, pull")
            if defined $cache->{policy} && (ref $cache->{policy}
                || $cache->{policy} !~ /pull|push|\$/);

        my $key = $cache->{key};

        next if !defined $key || is_string($key);

        if (ref $key ne 'HASH') {
            $say->("$at:cache:key should be a hash, a string or a symbol");
            next;
        }

        _keys($key, "$at:cache:key", $say, qw(files files_commits prefix));
        $say->("$at:cache:key:files config should be an array of strings")
            unless _strings($key->{files} // $key->{files_commits});
    }
}

sub _artifacts ($artifacts, $at, $say) {
    return $say->("$at:artifacts config should be a hash") if ref $artifacts ne 'HASH';

    _keys($artifacts, "$at:artifacts", $say,
        qw(name untracked paths reports when expire_in expose_as exclude public access));

    for my $key (qw(paths exclude)) {
        $say->("$at:artifacts $key should be an array of strings")
            if defined $artifacts->{$key} && !_strings($artifacts->{$key});
    }

    for my $key (qw(untracked public)) {
        $say->("$at:artifacts $key should be a boolean value")
            if defined $artifacts->{$key} && !is_boolean($artifacts->{$key});
    }

    $say->("$at:artifacts name should be a string")
        if defined $artifacts->{name} && !is_string($artifacts->{name});
    $say->("$at:artifacts when should be one of: on_success, on_failure, always")
        if defined $artifacts->{when} && $artifacts->{when} !~ $WHEN;
    $say->("$at:artifacts expire in should be a duration")
        if defined $artifacts->{expire_in} && !is_duration($artifacts->{expire_in});
    $say->("$at:artifacts:reports config should be a hash")
        if defined $artifacts->{reports} && ref $artifacts->{reports} ne 'HASH';
}

sub _retry ($retry, $at, $say) {
    my $max = ref $retry eq 'HASH' ? $retry->{max} : $retry;

    return $say->('retry config has to be either an integer or a hash')
        if ref $retry ne 'HASH' && (is_string($retry) || ref $retry);

    _keys($retry, 'retry', $say, qw(max when exit_codes)) if ref $retry;
    $say->('retry max must be an integer from 0 to 2')
        if defined $max && (ref $max || $max !~ /\A[012]\z/);
    $say->('retry when should be an array of strings or a string')
        if ref $retry && defined $retry->{when}
        && !is_string($retry->{when}) && !_strings($retry->{when});
}

sub _environment ($environment, $at, $say) {
    return $say->("$at:environment config should be a hash or a string")
        unless is_string($environment) || ref $environment eq 'HASH';

    my $name = ref $environment ? $environment->{name} : $environment;

    $say->("$at:environment name can't be blank") unless length($name // '');
    $say->("$at:environment name can contain only letters, digits, '-', '_', '/', '\$',"
        . " '{', '}', '.', and spaces, but it cannot start or end with '/'")
        if !is_string($name) || $name !~ m{\A[\w.\-\$\{\}, ]?(?:[\w./\-\$\{\}, ]*[\w.\-\$\{\}, ])?\z};

    return unless ref $environment;

    _keys($environment, "$at:environment", $say,
        qw(name url action on_stop auto_stop_in kubernetes deployment_tier));
    $say->("$at:environment action should be start, stop, prepare, verify, or access")
        if defined $environment->{action}
        && $environment->{action} !~ /\A(?:start|stop|prepare|verify|access)\z/;
    $say->("$at:environment kubernetes should be a hash")
        if defined $environment->{kubernetes} && ref $environment->{kubernetes} ne 'HASH';

    for my $key (qw(url on_stop auto_stop_in deployment_tier)) {
        $say->("$at:environment " . $key =~ tr/_/ /r . ' should be a string')
            if defined $environment->{$key} && !is_string($environment->{$key});
    }
}

sub _trigger ($trigger, $at, $say) {
    return $say->("$at:trigger config can't be blank") if is_string($trigger) && $trigger eq '';
    return if is_string($trigger);
    return $say->("$at:trigger has to be either a string or a hash") if ref $trigger ne 'HASH';

    _keys($trigger, "$at:trigger", $say, exists $trigger->{include}
        ? qw(strategy include forward) : qw(project branch strategy forward inputs));
    $say->("$at:trigger project can't be blank")
        if !exists $trigger->{include} && !length($trigger->{project} // '');

    for my $key (qw(project branch strategy)) {
        $say->("$at:trigger $key should be a string")
            if defined $trigger->{$key} && !is_string($trigger->{$key});
    }

    $say->("$at:trigger strategy should be depend or mirror")
        if is_string($trigger->{strategy}) && $trigger->{strategy} !~ /\A(?:depend|mirror)\z/;
}

sub _id_tokens ($tokens, $at, $say) {
    return $say->("$at:id_tokens config should be a hash") if ref $tokens ne 'HASH';

    for my $name (keys %$tokens) {
        my $aud = ref $tokens->{$name} eq 'HASH' ? $tokens->{$name}{aud} : undef;

        $say->("$at:id_tokens:$name config missing required keys: aud") unless defined $aud;
        $say->("$at:id_tokens:$name aud should be an array of strings or a string")
            if defined $aud && !is_string($aud) && !_strings($aud);
    }
}

1;
