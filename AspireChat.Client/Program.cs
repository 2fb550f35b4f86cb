using AspireChat.Client;

return await CommandLine.RunAsync(args, () => ClientApp.Build(args).RunChatAsync());
