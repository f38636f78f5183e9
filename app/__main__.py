from app.commands.cli import main

main()
