#compdef terrago
# terrago completion for zsh; load it with: source <(terrago completion zsh)
_terrago() {
	local line
	local -a found
	while IFS= read -r line; do
		found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
	done < <("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
	if (( $#found )); then
		_describe terrago found
	else
		_files
	fi
}
if [[ "${funcstack[1]}" = _terrago ]]; then
	_terrago "$@"
else
	compdef _terrago terrago
fi
