export const usage = `clawdbot — a local-first AI assistant

  clawdbot serve [--data DIR] [--config FILE] [--port N] [--host H] [--json] [--safe-mode]
      runs the product in the foreground; the interface is a page in your browser
  clawdbot doctor [--data DIR] [--config FILE] [--port N] [--host H] [--json] [--bundle FILE]
      checks the configuration, the data folder, the database and the ports;
      --bundle also writes what somebody needs who looks into a fault, without secrets, names and messages
  clawdbot token [--role admin|operator|viewer] [--ttl 30d] [--label NAME] [--data DIR] [--config FILE] [--json]
      mints an access token and prints it
  clawdbot pair [--role admin|operator|viewer] [--label NAME] [--port N] [--host H] [--data DIR] [--config FILE] [--json]
      prints a code that pairs a phone or a browser with the running product, once, within a minute
  clawdbot export --format jsonl|csv|md [--to FILE] [--overwrite] [--forgotten] [--data DIR] [--config FILE] [--json]
      writes memories and todos to a file, else to standard output; JSONL holds everything and can be imported again;
      --forgotten also what was forgotten or removed
  clawdbot import FILE | --undo ID [--dry-run] [--data DIR] [--config FILE] [--json]
      brings memories and todos in: exports of Clawdbot, tables (CSV), Markdown, and exports of ChatGPT, Mem0 and
      OpenClaw, as they are; --dry-run only looks; the same file twice doubles nothing;
      --undo forgets and removes what one import brought
  clawdbot erase PERSON | --person ID [--platform NAME] [--preview | --yes] [--data DIR] [--config FILE] [--json]
      erases everything about one person for good, beside a running product too, and prints the certificate;
      --preview only shows what would go; you are asked to type the person once more unless you say --yes
  clawdbot backup FILE [--passphrase-file FILE] [--overwrite] [--data DIR] [--config FILE] [--json]
      writes everything, keys and configuration too, into one encrypted file; works beside a running product
  clawdbot verify FILE [--passphrase-file FILE] [--data DIR] [--json]
      reads a backup to its end and checks all of it, the database too; changes nothing
  clawdbot restore FILE [--passphrase-file FILE] [--data DIR] [--json]
      puts a backup in the place of what is in the data folder, which is moved to before-restore/; stop the product first
  clawdbot migrate --to postgresql://USER:SECRET@HOST/DATABASE | mysql://… | sqlite [--data DIR] [--config FILE] [--json]
      copies everything to an empty database on a server, reads it back and sets the configuration; works beside a running
      product, which goes on there once it is restarted; --to '\${env:NAME}' keeps the address off the command line;
      --to sqlite goes back to the file alone
  clawdbot --version | --help

  --data   the data folder; else $CLAWDBOT_DATA, else the usual place of this system
  --passphrase-file  the passphrase of a backup, in a file; else $CLAWDBOT_BACKUP_PASSPHRASE, else you are asked
  --safe-mode  opens nothing but the chat and the interface
  --debug  shows stack traces and debug logs
`;
