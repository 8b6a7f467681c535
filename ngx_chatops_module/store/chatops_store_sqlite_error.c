
#include <errno.h>

#include "chatops_store_sqlite.h"


static const char *chatops_sqlite_reason(int rc);


int
chatops_sqlite_failed(chatops_store_t *store, sqlite3 *db)
{
    int          rc, err, last;
    const char  *reason, *text;

    last = errno;
    rc = sqlite3_extended_errcode(db);
    err = sqlite3_system_errno(db);

    /* SQLite forgets the system's word when it is a COMMIT that fails */

    if (err == 0) {
        err = last;
    }

    reason = chatops_sqlite_reason(rc);
    text = sqlite3_errmsg(db);

    switch (rc & 0xff) {

    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_READONLY:
        if (err != 0) {
            return chatops_store_fail(store, "%s (SQLite %d: %s; %s)",
                                      reason, rc, text, strerror(err));
        }

        break;
    }

    return chatops_store_fail(store, "%s (SQLite %d: %s)", reason, rc, text);
}


static const char *
chatops_sqlite_reason(int rc)
{
    switch (rc & 0xff) {

    case SQLITE_FULL:
        return "no space is left for the database";

    case SQLITE_READONLY:
    case SQLITE_PERM:
        return "the database, its -wal file or its directory cannot be "
               "written: check owner, mode and mount";

    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the file is damaged or is no database: "
               "put it aside or restore it";

    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process kept the database locked for too long";

    case SQLITE_IOERR:
        return "the disk failed";

    case SQLITE_CANTOPEN:
        return "the database or its -wal file cannot be opened: "
               "check that its directory exists, owner and mode";

    case SQLITE_NOMEM:
        return "out of memory";

    case SQLITE_TOOBIG:
        return "the run is too large";

    case SQLITE_CONSTRAINT:
        return "the row is not allowed";

    default:
        return "the database refused";
    }
}
