// What Node takes to start and do nothing: the floor under every command.
process.exitCode = 0;
