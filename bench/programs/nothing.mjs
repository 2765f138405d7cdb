// What Node takes to start and do nothing: the floor under every command.
export {};
