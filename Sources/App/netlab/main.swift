import Commands

HiddenStages.runIfRequested(arguments: CommandLine.arguments)
print("netlab")
