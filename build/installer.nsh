; What the uninstaller adds: it asks about the data and keeps it by default. An update runs the old uninstaller in
; silence, and a silent uninstall has nobody to ask; both keep everything.
; The texts stand here twice, chosen by $LANGUAGE (2052 is Simplified Chinese): this file is read before the languages
; are loaded, when LangString would be a warning, and warnings end the build.

!macro customUnInstall
  ${IfNot} ${isUpdated}
  ${AndIfNot} ${Silent}
    SetShellVarContext current
    ${If} ${FileExists} "$APPDATA\Clawdbot\*.*"
      ${If} $LANGUAGE == 2052
        MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "是否同时删除您的数据？$\r$\n$\r$\n$APPDATA\Clawdbot 中有您的消息、待办、记忆和密钥，删除后无法恢复。选择“否”则保留，重新安装后可继续使用。" /SD IDNO IDYES clawdbotDeleteData IDNO clawdbotKeepData
      ${Else}
        MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete your data as well?$\r$\n$\r$\n$APPDATA\Clawdbot holds your messages, todos, memories and keys. Once deleted they cannot be brought back. With No they stay, and a new installation goes on with them." /SD IDNO IDYES clawdbotDeleteData IDNO clawdbotKeepData
      ${EndIf}
      clawdbotDeleteData:
        RMDir /r "$APPDATA\Clawdbot"
        RMDir /r "$APPDATA\Clawdbot Desktop"
      clawdbotKeepData:
    ${EndIf}
  ${EndIf}
!macroend
