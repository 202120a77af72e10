export const usage = `clawdbot — a local-first AI assistant

  clawdbot serve [--data DIR] [--config FILE] [--port N] [--host H] [--json] [--safe-mode]
      runs the product in the foreground; the interface is a page in your browser
  clawdbot doctor [--data DIR] [--config FILE] [--port N] [--host H] [--json]
      checks the configuration, the data folder, the database and the ports
  clawdbot token [--role admin|operator|viewer] [--ttl 30d] [--label NAME] [--data DIR] [--config FILE] [--json]
      mints an access token and prints it
  clawdbot --version | --help

  --data   the data folder; else $CLAWDBOT_DATA, else the usual place of this system
  --safe-mode  opens nothing but the chat and the interface
  --debug  shows stack traces and debug logs
`;
