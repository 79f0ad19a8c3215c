import Commands

// Before anything else, and on one thread: a process that is to become a container turns into it here.
HiddenStages.runIfRequested(arguments: CommandLine.arguments)
await NetlabProgram.main(CommandLine.arguments)
