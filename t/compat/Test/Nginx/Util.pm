package Test::Nginx::Util;

# What a test file sets before run_tests(), the TEST_NGINX_* environment, and
# the few helpers that everything here shares.

use strict;
use warnings;

use Cwd ();
use Exporter 'import';
use Test::More ();
use Test::Nginx::Port;

our @EXPORT = qw(
    add_block_preprocessor add_cleanup_handler add_response_body_check
    add_test_cleanup_handler bail_out check_accum_error_log config_preamble
    env_to_nginx expand_env_in_text expand_section html_dir is_str log_level
    master_off master_on master_process_enabled no_long_string
    no_nginx_manager no_root_location no_shuffle parse_time repeat_each
    section server_addr server_name server_port server_port_for_client
    server_root sleep_time test_file timeout trim use_hup verbose
    worker_connections workers
);

use constant DEFAULT_PORT => 1984;

my $Owner = $$;

my %setting = (
    accum_error_log    => 0,
    config_preamble    => '',
    long_string        => 1,
    repeat_each        => 1,
    root_location      => 1,
    server_addr        => '127.0.0.1',
    server_name        => 'localhost',
    timeout            => 3,
    worker_connections => 64,
    workers            => 1,
);

my @env;
my @preprocessors;
my @body_checks;
my @test_cleanups;
my @cleanups;

sub env {
    my ($name) = @_;

    my $value = $ENV{"TEST_NGINX_$name"};

    return defined $value && length $value ? $value : undef;
}

sub _setting {
    my $name = shift;

    $setting{$name} = shift if @_;

    return $setting{$name};
}

sub config_preamble    { return _setting(config_preamble    => @_) }
sub repeat_each        { return _setting(repeat_each        => @_) }
sub server_addr        { return _setting(server_addr        => @_) }
sub server_name        { return _setting(server_name        => @_) }
sub timeout            { return _setting(timeout            => @_) }
sub worker_connections { return _setting(worker_connections => @_) }
sub workers            { return _setting(workers            => @_) }

sub no_long_string   { $setting{long_string}   = 0; return }
sub no_root_location { $setting{root_location} = 0; return }
sub no_shuffle       { $setting{no_shuffle}    = 1; return }
sub use_hup          { $setting{use_hup}       = 1; return }
sub no_nginx_manager { $setting{no_manager}    = 1; return }

sub check_accum_error_log { $setting{accum_error_log} = 1; return }

sub has_root_location { return $setting{root_location} }
sub is_accumulating   { return $setting{accum_error_log} }
sub is_shuffled { return !$setting{no_shuffle} && !env('NO_SHUFFLE') }
sub is_managed  { return !$setting{no_manager} && !env('NO_NGINX_MANAGER') }
sub is_hup      { return $setting{use_hup}     || env('USE_HUP') || 0 }
sub verbose     { return env('VERBOSE') || 0 }
sub sleep_time  { return env('SLEEP') || 0.015 }

sub log_level {
    return _setting(log_level => @_) if @_;
    return $setting{log_level} // env('LOG_LEVEL') // 'debug';
}

sub master_on  { return master_process_enabled(1) }
sub master_off { return master_process_enabled(0) }

sub master_process_enabled {
    if (@_) {
        $setting{master} = $_[0] && lc $_[0] ne 'off' ? 'on' : 'off';
    }

    # a single process does not survive SIGHUP
    return 1 if is_hup();

    return ($setting{master} // env('MASTER_PROCESS') // 'off') eq 'on';
}

sub env_to_nginx { push @env, @_; return }
sub nginx_env    { return @env }

sub add_block_preprocessor   { push @preprocessors, @_; return }
sub add_response_body_check  { push @body_checks,   @_; return }
sub add_test_cleanup_handler { push @test_cleanups, @_; return }
sub add_cleanup_handler      { push @cleanups,      @_; return }

sub block_preprocessors { return @preprocessors }
sub body_checks         { return @body_checks }
sub test_cleanups       { return @test_cleanups }

# Each handler once, and only in the process that the file began in.
sub run_cleanups {
    return if $$ != $Owner;

    while (my $handler = shift @cleanups) {
        eval { $handler->(); 1 } or warn "cleanup handler: $@";
    }

    return;
}

sub is_owner { return $$ == $Owner }

# ---- ports and folders

sub _choose_ports {
    return if defined $setting{server_port};

    my $port = env('PORT');
    my $fixed = env('SERVER_PORT') // $port;

    if (env('RANDOMIZE')) {
        $setting{server_port} = $setting{random} = Test::Nginx::Port::choose();

    } elsif (defined $fixed || Test::Nginx::Port::hold(DEFAULT_PORT)) {
        $setting{server_port} = $fixed // DEFAULT_PORT;

    } else {
        # another file is running beside this one
        $setting{server_port} = $setting{random} = Test::Nginx::Port::choose();
    }

    $setting{client_port} //= $setting{random}
        // env('CLIENT_PORT') // $port // $setting{server_port};

    return;
}

sub server_port {
    _choose_ports();
    return _setting(server_port => @_);
}

sub server_port_for_client {
    _choose_ports();
    return _setting(client_port => @_);
}

sub server_root {
    _setting(server_root => Cwd::abs_path($_[0]) // $_[0]) if @_;

    if (!defined $setting{server_root}) {
        my $root = env('SERVROOT') // 't/servroot';

        $root = Cwd::getcwd() . "/$root" if $root !~ m{^/};
        $root =~ s{/+$}{};

        _choose_ports();
        $root .= "_$setting{random}" if defined $setting{random};

        $setting{server_root} = $root;
    }

    return $setting{server_root};
}

sub is_random { _choose_ports(); return defined $setting{random} }
sub html_dir  { return server_root() . '/html' }

# ---- helpers

# A section's value, also where a list is asked for; undef: not there.
sub section {
    my ($block, $name) = @_;

    my $value = $block->$name;

    return $value;
}

sub test_file { return $0 }

sub trim {
    my ($text) = @_;

    $text =~ s/^\s+|\s+$//g;

    return $text;
}

# "50ms", "1.5s" or "2" in seconds.
sub parse_time {
    my ($time) = @_;

    $time = trim($time);

    if ($time !~ /^(\d*\.?\d+)\s*(ms|s)?$/) {
        bail_out("bad time: \"$time\"");
    }

    return defined $2 && $2 eq 'ms' ? $1 / 1000 : $1 + 0;
}

sub bail_out {
    my ($message) = @_;

    run_cleanups();
    Test::More->builder->BAIL_OUT($message);

    return;
}

# $TEST_NGINX_* by the environment, and some by what is known here.
sub expand_env_in_text {
    my ($text, $name) = @_;

    return $text if !defined $text;

    $text =~ s/\$(TEST_NGINX_[_A-Z0-9]+)/_expand($1, $name)/ge;

    return $text;
}

# The same for a section, which may hold a list, with $ServerPort.
sub expand_section {
    my ($value, $name) = @_;

    if (ref $value eq 'ARRAY') {
        return [map { expand_section($_, $name) } @$value];
    }

    return $value if !defined $value || ref $value;

    $value = expand_env_in_text($value, $name);
    $value =~ s/\$ServerPort\b/server_port()/ge;

    return $value;
}

sub _expand {
    my ($variable, $name) = @_;

    my ($short) = $variable =~ /^TEST_NGINX_(.+)$/;

    return server_port() if $short eq 'SERVER_PORT';
    return server_root() if $short eq 'SERVER_ROOT';

    if ($short =~ /^RAND_PORT_\d+$/) {
        return Test::Nginx::Port::named($short);
    }

    return $ENV{$variable} if defined $ENV{$variable};

    return server_port_for_client() if $short eq 'CLIENT_PORT';
    return server_port()            if $short eq 'PORT';
    return server_root()            if $short eq 'SERVROOT';
    return html_dir()               if $short eq 'HTML_DIR';

    return bail_out("$name - No environment $variable defined.\n");
}

# Equal, or like when a qr// is expected.
sub is_str {
    my ($got, $expected, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    if (ref $expected eq 'Regexp') {
        return Test::More::like($got, $expected, $name);
    }

    if ($setting{long_string}
        && defined $got && defined $expected
        && eval { require Test::LongString; 1 })
    {
        return Test::LongString::is_string($got, $expected, $name);
    }

    return Test::Base::is($got, $expected, $name);
}

1;
