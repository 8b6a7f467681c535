package Test::ChatOps::Config;

# The configuration that a block gets when it does not write its own.

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(http_config server_config);


# `set`: root, dir (of the block), store, gitlab and slack (base URLs), the
# paths of the files signing_secret, token, users and, where GitLab's own slash
# command is there, native; callback, our URL for it, and upstream, GitLab's
# address when it is another than the URL's.
sub http_config {
    my ($set, $more) = @_;

    my ($address) = $set->{gitlab} =~ m{\Ahttps?://(.+)\z};
    $address = $set->{upstream} if defined $set->{upstream};

    return <<"EOF" . $more;
    chatops_zone   chatops:8m;
    chatops_store  sqlite:$set->{store};

    upstream gitlab {
        server     $address;
        keepalive  16;
    }
EOF
}


sub server_config {
    my ($set, $more) = @_;

    my ($native, $callback) = ('', '');

    if (defined $set->{native}) {
        $native = <<"EOF";
            chatops_native_token_file    $set->{native};
            chatops_callback_url         $set->{callback};
EOF
        $callback = <<'EOF';

        location /chatops/callback/ {
            chatops_callback;
        }
EOF
    }

    return <<"EOF" . $callback;
        location = /chatops {
            chatops                      slack;
            chatops_signing_secret_file  $set->{signing_secret};
            chatops_gitlab               $set->{gitlab};
            chatops_gitlab_token_file    $set->{token};
            chatops_gitlab_location      /gitlab-api;
            chatops_project              ops/infra;
            chatops_users_file           $set->{users};
            chatops_response_hosts       $set->{slack};
$native$more
        }

        location /gitlab-api/ {
            include     $set->{root}/conf/chatops_gitlab.conf;
            proxy_pass  http://gitlab/api/v4/;
        }
EOF
}


1;
