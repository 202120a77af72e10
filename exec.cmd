@rem Elsewhere "exec" is the shell's own: with it a signal sent to npm reaches the product and not the shell between them.
@rem On Windows npm hands a script to cmd.exe, which finds this file and runs the rest of the line as it stands.
@%*
