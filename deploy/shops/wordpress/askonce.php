<?php
/**
 * Plugin Name: Askonce chat
 * Description: Puts the shop's Askonce chat on every page; a signed-in customer is not asked for what the shop knows.
 * Version: 1.0
 * Requires PHP: 7.4
 */

defined( 'ABSPATH' ) || exit;

/*
 * In wp-config.php:
 *   define( 'ASKONCE_URL', 'https://chat.your-shop.example' );
 *   define( 'ASKONCE_IDENTITY_SECRET', '…' );   // optional, see docs/embedding.md; never in a page
 */

/** What the page says of the customer who is signed in; null where nobody is. */
function askonce_customer() {
	$user = wp_get_current_user();
	if ( ! $user->exists() ) {
		return null;
	}
	// WordPress stores `&` as `&amp;`: the chat wants the name and the address themselves.
	$name     = trim( $user->first_name . ' ' . $user->last_name ) ?: $user->display_name;
	$email    = trim( wp_specialchars_decode( $user->user_email, ENT_QUOTES ) );
	$customer = array(
		'name'  => wp_specialchars_decode( $name, ENT_QUOTES ),
		'email' => $email,
	);
	if ( defined( 'ASKONCE_IDENTITY_SECRET' ) && ASKONCE_IDENTITY_SECRET ) {
		$expires = time() + DAY_IN_SECONDS;
		$who     = function_exists( 'mb_convert_case' ) ? mb_convert_case( $email, MB_CASE_FOLD, 'UTF-8' )
			: strtolower( $email );
		$signed  = "askonce customer\n{$expires}\n{$who}";
		$customer['signature'] = $expires . '.' . hash_hmac( 'sha256', $signed, ASKONCE_IDENTITY_SECRET );
	}
	return $customer;
}

add_action(
	'wp_enqueue_scripts',
	function () {
		if ( ! defined( 'ASKONCE_URL' ) ) {
			return;
		}
		wp_enqueue_script( 'askonce', untrailingslashit( ASKONCE_URL ) . '/widget.js', array(), null, true );
		$stub = 'window.Askonce??={q:[]};for(const c of["open","close","identify","on","theme","reset"])'
			. 'Askonce[c]??=(...w)=>Askonce.q.push([c,...w]);';
		$stub .= 'Askonce.identify(' . wp_json_encode( askonce_customer(), JSON_HEX_TAG | JSON_HEX_AMP ) . ');';
		wp_add_inline_script( 'askonce', $stub, 'before' );
	}
);

add_filter(
	'script_loader_tag',
	function ( $tag, $handle ) {
		// The tag comes with the inline script above, in which a customer's name stands: no words of it are touched.
		$script = '/<script(?=[^>]*\sid=[\'"]askonce-js[\'"])/';
		return 'askonce' === $handle ? preg_replace( $script, '$0 async data-askonce data-locale="auto"', $tag ) : $tag;
	},
	10,
	2
);
